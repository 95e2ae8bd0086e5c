"""Where Chronik's processor time goes, by scenario and layer. `python -m chronikbench.profiling`, which bench/profile calls.

The cases are those of bench/run --short, on Chronik alone, with `perf record` on its three nodes while the benchmark counts
what they spend.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import tempfile

from chronikbench import layers, machine, settings
from chronikbench.cli import listed, say, the_server
from chronikbench.paths import BENCH
from chronikbench.process import allow_many_files, output_of
from chronikbench.runner import Run, reason
from chronikbench.scenarios import SCENARIOS
from chronikbench.systems.chronik import Chronik

PROFILED = [name for name in SCENARIOS if name not in ("floor", "startup", "failover", "silence")]
SAMPLES_PER_SECOND = 199
STACK_BYTES = 32 << 10  # of each sample: futures in futures are deep
PRINT_SECONDS = 300


class Profiled(Chronik):
    """Chronik whose nodes are sampled while they are watched."""

    @contextlib.contextmanager
    def watched(self):
        pids = ",".join(str(node.process.pid) for node in self.nodes)
        recordings = self.options.recordings
        recording = recordings / f"{len(list(recordings.iterdir()))}.data"
        graph = f"dwarf,{STACK_BYTES}"
        command = ["perf", "record", "-q", "-o", recording, "-F", str(SAMPLES_PER_SECOND), "--call-graph", graph, "-p", pids]
        perf = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            perf.send_signal(signal.SIGINT)
            perf.wait()


@dataclasses.dataclass
class Stage:
    """What a Run asks of the benchmark that it is part of."""

    settings: settings.Settings
    options: argparse.Namespace
    data_directory: pathlib.Path
    logs: pathlib.Path
    known: dict

    def remark(self, text):
        say(f"    {text}")


class ProfiledRun(Run):
    """A run whose Chronik is sampled."""

    def make_cluster(self, name):
        if name != Chronik.name:
            return super().make_cluster(name)
        return Profiled(self.bench.data_directory, self.bench.options)


def profile(case, stage):
    """({layer: share}, samples) of one case."""
    with tempfile.TemporaryDirectory(dir=stage.data_directory) as directory:
        stage.options.recordings = pathlib.Path(directory)
        case.run(ProfiledRun(stage, Chronik.name, f"profile, {case.scenario}, {case.name}"))
        return layers.shares("".join(printed(recording) for recording in sorted(stage.options.recordings.iterdir())))


def printed(recording):
    command = ["perf", "script", "-i", recording, "-F", "comm,ip,sym", "--no-inline"]
    text, _errors = output_of(command, PRINT_SECONDS, "perf script")
    return text


def main():
    parser = argparse.ArgumentParser(prog="bench/profile", description=__doc__, epilog=f"Scenarios: {', '.join(PROFILED)}.")
    parser.add_argument("--only", type=listed(PROFILED), metavar="SCENARIO,…", default=PROFILED, help="these scenarios only")
    parser.add_argument("--case", metavar="TEXT", default="", help="of these, only the cases whose name contains this")
    parser.add_argument("--data-dir", type=pathlib.Path, default=BENCH / "data", metavar="DIR", help="where the nodes keep their data")
    parser.add_argument("--server", type=pathlib.Path, metavar="PATH", help="this chronik-server, instead of a fresh build")
    options = parser.parse_args()
    allow_many_files()
    directory = options.data_dir.absolute()
    directory.mkdir(parents=True, exist_ok=True)
    options.server = the_server(options.server, directory / f"chronik-server-profile-{os.getpid()}")
    stage = Stage(settings.SHORT, options, directory, BENCH / "results" / "profile.logs", {})
    rows, failed = [], []
    try:
        described = machine.describe(options.server, directory)
        for scenario in options.only:
            for case in SCENARIOS[scenario]:
                if options.case in case.name:
                    say(f"{scenario}, {case.name}")
                    try:
                        rows.append((case, *profile(case, stage)))
                    except Exception as failure:  # noqa: BLE001  whatever it is: the next case runs
                        failed.append(f"{scenario}, {case.name}: {reason(failure)}")
    finally:
        options.server.unlink()
    for what, value in described.items():
        print(f"- {what}: {value}")
    print("\nPercent of the processor time of all three nodes:\n")
    print("| scenario | case | " + " | ".join(layers.NAMES) + " | samples |")
    print("| --- | --- |" + " ---: |" * (len(layers.NAMES) + 1))
    for case, shares, samples in rows:
        cells = " | ".join(f"{100 * shares[name]:.0f}" for name in layers.NAMES)
        print(f"| {case.scenario} | {case.name} | {cells} | {samples} |", flush=True)
    for text in failed:
        print(f"\nFailed: {text}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
