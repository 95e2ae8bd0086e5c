"""Runs the cases on the systems in turn: in each round, each case on A, on B, on A …; a failure is a result."""

import contextlib
import os
import pathlib
import time
import traceback

from chronikbench import process, results
from chronikbench.systems import SYSTEMS
from chronikbench.waiting import Failed


class Run:
    """One case on one system: what the case needs to make and measure its cluster."""

    def __init__(self, bench, system, label):
        self.bench, self.system, self.label = bench, system, label
        self.settings = bench.settings

    def make_cluster(self, name):
        return SYSTEMS[name](self.bench.data_directory, self.bench.options)

    @contextlib.contextmanager
    def unstarted_cluster(self, system=None):
        """A fresh cluster that was prepared but not started; gone after the block. Logs are kept if it fails."""
        name = system or self.system
        cluster = self.make_cluster(name)
        try:
            cluster.prepare()
            yield cluster
        except Exception:
            cluster.save_logs(self.bench.logs / f"{self.label} on {name}")
            raise
        finally:
            cluster.close()

    @contextlib.contextmanager
    def cluster(self, system=None):
        """A fresh cluster that is ready."""
        with self.unstarted_cluster(system) as cluster:
            cluster.start()
            cluster.wait_ready()
            yield cluster

    def once(self, name, make):
        """What make() returned when it was first asked for in this benchmark; what it failed of, again."""
        if name not in self.bench.known:
            try:
                self.bench.known[name] = (make(), None)
            except Exception as error:  # noqa: BLE001  whatever it is, it would be the same again
                self.bench.known[name] = (None, error)
        value, error = self.bench.known[name]
        if error is not None:
            raise Failed(f"{name} could not be measured: {error}") from error
        return value

    def remark(self, text):
        self.bench.remark(text)


class Bench:
    """One benchmark: its settings, its results, and what its cases share."""

    def __init__(self, settings, options, output, data_directory, say):
        self.settings, self.options = settings, options
        self.results = results.Results(output)
        self.logs = output.with_suffix(".logs")
        self.data_directory, self.say = data_directory, say
        self.known = {}
        process.allow_many_files()

    def remark(self, text):
        """Something to know when reading the table."""
        self.results.write("remark", text=text)
        self.say(f"    {text}")

    def run_round(self, number, cases, systems):
        for case in cases:
            for system in systems:
                self.run_case(number, case, system)

    def run_case(self, number, case, system):
        began = time.monotonic()
        try:
            measured, error = case.run(Run(self, system, f"round {number}, {case.scenario}, {case.name}")), None
        except Exception as failure:  # noqa: BLE001  whatever it is: it is the result of this case, and the next one runs
            measured, error = {}, reason(failure)
        took = time.monotonic() - began
        self.say(f"round {number}  {case.scenario}, {case.name}  {system}  {took:.0f} s")
        for metric in case.metrics:
            value = measured.get(metric.name)
            why = None if value is not None else error or "the case did not measure it"
            line = results.value_line(number, case, metric, system, value=value, error=why)
            self.results.write("value", **line)
            self.say(f"    {metric.name}: " + (f"{value:.4g} {metric.unit}" if why is None else f"FAILED: {why}"))
        where = {"round": number, "scenario": case.scenario, "case": case.name, "system": system}
        self.results.write("timing", **where, seconds=took, load_average=os.getloadavg()[0])


def reason(failure):
    """What a case failed of; where, too, if it is not a thing that brokers do."""
    if isinstance(failure, Failed):
        return str(failure)
    *_, where = traceback.extract_tb(failure.__traceback__)
    return f"{type(failure).__name__}: {failure} ({pathlib.Path(where.filename).name}:{where.lineno})"
