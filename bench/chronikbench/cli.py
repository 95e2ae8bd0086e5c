"""The command: what to run, where results go, and that everything ends when it ends."""

import argparse
import dataclasses
import datetime
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys

from chronikbench import machine, results, settings, table
from chronikbench.paths import BENCH, REPOSITORY
from chronikbench.runner import Bench
from chronikbench.scenarios import SCENARIOS, floor
from chronikbench.systems import SYSTEMS


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="bench/run",
        description="Runs a three-node Chronik and a three-node Apache Kafka in turn, same machine, disk and load, and"
        " prints one table of ratios.",
        epilog=f"Scenarios: {', '.join(SCENARIOS)}. Systems: {', '.join(SYSTEMS)}.",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--short", action="store_true", help="seconds of everything: minutes altogether (default)")
    length.add_argument("--full", action="store_true", help="as for a published table: hours")
    parser.add_argument("--only", type=listed(SCENARIOS), metavar="SCENARIO,…", help="these scenarios only")
    parser.add_argument("--case", metavar="TEXT", default="", help="of these, only the cases whose name contains this")
    parser.add_argument("--systems", type=listed(SYSTEMS), metavar="SYSTEM,…", help="these systems, in this order")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often (--short: 1, --full: 3)")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE", help="results as JSON lines (bench/results/DATE.jsonl)")
    parser.add_argument(
        "--data-dir",
        type=pathlib.Path,
        default=BENCH / "data",
        metavar="DIR",
        help="where the nodes keep their data while it runs: this disk is measured (bench/data)",
    )
    parser.add_argument("--server", type=pathlib.Path, metavar="PATH", help="this chronik-server, instead of a fresh build")
    parser.add_argument("--report", type=pathlib.Path, metavar="FILE", help="only print the table of these results again")
    return parser.parse_args(arguments)


def listed(known):
    def names(text):
        wanted = text.split(",")
        strange = [name for name in wanted if name not in known]
        if strange:
            raise argparse.ArgumentTypeError(f"{', '.join(strange)}: not one of {', '.join(known)}")
        return wanted

    return names


def main():
    options = parse(sys.argv[1:])
    if options.report:
        print(table.render(*results.load(options.report)), end="")
        return 0
    # Every way to be told to end takes the same way out: through every `finally`.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    return measure(options)


def interrupt(_number, _frame):
    raise KeyboardInterrupt


def measure(options):
    chosen = settings.FULL if options.full else settings.SHORT
    rounds = options.rounds or chosen.rounds
    systems = options.systems or list(chosen.systems)
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d-%H%M%S")
    output = (options.out or BENCH / "results" / f"{stamp}.jsonl").absolute()
    output.parent.mkdir(parents=True, exist_ok=True)
    data_directory = options.data_dir.absolute()
    data_directory.mkdir(parents=True, exist_ok=True)
    options.server = the_server(options.server, data_directory / f"chronik-server-{stamp}")

    bench = Bench(chosen, options, output, data_directory, say)
    bench.results.write(
        "header",
        machine=machine.describe(options.server, data_directory),
        command=shlex.join(["bench/run", *sys.argv[1:]]),
        settings=dataclasses.asdict(chosen),
        systems={name: SYSTEMS[name].told for name in systems},
    )
    ended = 0
    try:
        for number in range(1, rounds + 1):
            for name, cases in SCENARIOS.items():
                if options.only is None or name in options.only:
                    wanted = [case for case in cases if options.case in case.name]
                    bench.run_round(number, wanted, [floor.SYSTEM] if cases is floor.CASES else systems)
    except KeyboardInterrupt:
        bench.remark("Interrupted: not everything was measured.")
        ended = 130
    finally:
        options.server.unlink()
    print(table.render(*results.load(output)), end="")
    say(f"Results: {output} (bench/run --report prints the table again)")
    return ended


def the_server(given, copy):
    """A copy of the server: a build that ends meanwhile shall not change what is measured."""
    if given is None:
        build = ["cargo", "build", "--release", "--locked", "--bin", "chronik-server"]
        subprocess.run(build, cwd=REPOSITORY, check=True)
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
        given = target / "release" / "chronik-server"
    shutil.copy2(given, copy)
    return copy


def say(text):
    """Progress goes to stderr, the table alone to stdout."""
    print(text, file=sys.stderr, flush=True)
