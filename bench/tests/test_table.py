"""The table: what it may never do is to lose a failure, or to take a ratio of things that did not run side by side."""

import json

from chronikbench import results, table
from chronikbench.results import Case, Goal, Metric

THROUGHPUT = Metric("throughput", "MB/s", higher_is_better=True, goals=(Goal("kafka", 2, at_least=True),))
CASE = Case("sizes", "1 KB", (THROUGHPUT,), run=None)
SYSTEMS = {"chronik": "told", "kafka": "told"}


def written(tmp_path, *values):
    """The report of (round, system, value or reason) after a way through the file."""
    file = results.Results(tmp_path / "results.jsonl")
    file.write("header", machine={"kernel": "a kernel"}, command="bench/run", systems=SYSTEMS)
    for number, system, value in values:
        known = {"error": value} if isinstance(value, str) else {"value": value}
        file.write("value", **results.value_line(number, CASE, THROUGHPUT, system, **known))
    return table.render(*results.load(tmp_path / "results.jsonl"))


def row_of(report):
    (row,) = [line for line in report.splitlines() if line.startswith("| sizes")]
    return [text.strip() for text in row.strip("|").split("|")]


def test_a_ratio_is_taken_within_a_round_and_only_then_its_median(tmp_path):
    report = written(
        tmp_path,
        *((1, "chronik", 10.0), (1, "kafka", 10.0)),
        *((2, "chronik", 40.0), (2, "kafka", 10.0)),
        *((3, "chronik", 60.0), (3, "kafka", 20.0)),
    )
    *_, chronik, kafka, ratio, goal = row_of(report)
    assert chronik == "10.0 / 40.0 / 60.0"
    assert kafka == "10.0 / 10.0 / 20.0"
    assert ratio == "1.00 / 3.00 / 4.00"
    assert goal == "≥ 2 × kafka: met"


def test_a_failure_stays_in_its_cell_with_its_reason_below(tmp_path):
    report = written(tmp_path, (1, "chronik", "it timed out"), (1, "kafka", 10.0), (2, "chronik", 9.0), (2, "kafka", 10.0))
    *_, chronik, _kafka, ratio, goal = row_of(report)
    assert chronik == "9.00 FAILED 1 of 2 [1]"
    assert "1. round 1, sizes, 1 KB, chronik: it timed out" in report
    assert ratio == "0.9"
    assert goal == "≥ 2 × kafka: MISSED"


def test_a_system_that_only_failed_has_a_row_and_no_ratio(tmp_path):
    report = written(tmp_path, (1, "chronik", "no"), (1, "kafka", "neither"))
    *_, chronik, kafka, ratio, goal = row_of(report)
    assert (chronik, kafka, ratio) == ("FAILED 1 of 1 [1]", "FAILED 1 of 1 [2]", "")
    assert goal == "≥ 2 × kafka: not measured"


def test_a_round_that_only_one_system_finished_makes_no_ratio(tmp_path):
    report = written(tmp_path, (1, "chronik", 10.0), (2, "kafka", 10.0))
    assert row_of(report)[-2:] == ["", "≥ 2 × kafka: not measured"]


def test_the_table_of_one_system_alone_has_no_ratios(tmp_path):
    report = written(tmp_path, (1, "kafka", 10.0))
    assert "÷" not in report


def test_each_value_is_a_line_of_json_of_its_own_as_soon_as_it_is_known(tmp_path):
    file = results.Results(tmp_path / "results.jsonl")
    file.write("value", **results.value_line(1, CASE, THROUGHPUT, "kafka", value=1.0))
    (line,) = (tmp_path / "results.jsonl").read_text().splitlines()
    assert json.loads(line)["value"] == 1.0
