"""What was measured, as data: metrics, cases and one line of JSON per value, so that a table can be printed again."""

import dataclasses
import json
from typing import Callable


@dataclasses.dataclass(frozen=True)
class Goal:
    """What the ratio of Chronik to a system must at least be, or at most."""

    system: str
    ratio: float
    at_least: bool

    def met_by(self, ratio):
        return ratio >= self.ratio if self.at_least else ratio <= self.ratio

    def __str__(self):
        return f"{'≥' if self.at_least else '≤'} {self.ratio:g} × {self.system}"


@dataclasses.dataclass(frozen=True)
class Metric:
    """One row's worth of a case: a number with its unit."""

    name: str
    unit: str
    higher_is_better: bool = False
    goals: tuple = ()
    most: float | None = None  # a goal for the value itself


@dataclasses.dataclass(frozen=True)
class Case:
    """One thing that is done to one system, and what is measured by it.

    `run(Run)` returns {metric's name: value}. A metric that it does not return has failed, as all have if it raises.
    """

    scenario: str
    name: str
    metrics: tuple
    run: Callable


class Results:
    """The file of a benchmark: a header, then a line per value, each written as soon as it is known."""

    def __init__(self, path):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(path, "w", encoding="utf-8")

    def write(self, kind, **fields):
        self.file.write(json.dumps({"kind": kind} | fields, ensure_ascii=False) + "\n")
        self.file.flush()


def value_line(round_number, case, metric, system, *, value=None, error=None):
    """The fields of a value that was measured, or of one that was not and why."""
    return {
        "round": round_number,
        "scenario": case.scenario,
        "case": case.name,
        "metric": dataclasses.asdict(metric),
        "system": system,
        "value": value,
        "error": error,
    }


def load(path):
    """(header, values, remarks) of a file of results."""
    header, values, remarks = {}, [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = json.loads(line)
        kind = fields.pop("kind")
        if kind == "header":
            header = fields
        elif kind == "value":
            metric = fields["metric"]
            goals = tuple(Goal(**goal) for goal in metric.pop("goals"))
            fields["metric"] = Metric(goals=goals, **metric)
            values.append(fields)
        elif kind == "remark":
            remarks.append(fields["text"])
    return header, values, remarks
