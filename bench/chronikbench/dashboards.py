"""What dashboards cost: `chronikctl top` in terminals of its own, all of them watching through one node of a cluster of
many partitions, at rest and with records arriving in many of them.

`python -m chronikbench.dashboards`, which bench/dashboards calls, prints the table.
"""

import argparse
import concurrent.futures
import contextlib
import fcntl
import os
import pathlib
import pty
import signal
import struct
import sys
import termios
import threading
import time
import urllib.request

from chronikbench import calls, machine
from chronikbench.load import librdkafka
from chronikbench.paths import BENCH, REPOSITORY
from chronikbench.process import allow_many_files, usage
from chronikbench.systems.chronik import ADMIN_KEY, Chronik, environment
from chronikbench.waiting import Failed, until

TOPIC = "load"
CREATE_SECONDS = 600
# What the creation, or the first look, has left to do is not what is measured.
CREATED_REST_SECONDS = 60
REST_SECONDS = 20
FIRST_SCREEN_SECONDS = 60
WARMUP = 5


class Terminal:
    """One `chronikctl top` in a terminal of 160 columns and 50 lines, whose screen is read and thrown away."""

    def __init__(self, ctl, admin):
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            told = environment() | {"CHRONIK_ADMIN_URL": admin, "CHRONIK_ADMIN_API_KEY": ADMIN_KEY, "TERM": "xterm-256color"}
            os.execve(ctl, [str(ctl), "top"], told)
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self.drawn = 0
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        with contextlib.suppress(OSError):
            while part := os.read(self.screen, 1 << 16):
                self.drawn += len(part)

    def close(self):
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.screen)


@contextlib.contextmanager
def dashboards(count, ctl, node):
    opened = [Terminal(ctl, f"http://{node.at('admin')}") for _ in range(count)]
    try:
        until(lambda: all(top.drawn > 1000 for top in opened), "every dashboard has drawn", FIRST_SCREEN_SECONDS)
        yield opened
    finally:
        for top in opened:
            top.close()


def percent(pids, seconds):
    """Processor time of each process in percent of a core, over so long."""
    before = [usage(pid).cpu_seconds for pid in pids]
    time.sleep(seconds)
    return [100 * (usage(pid).cpu_seconds - was) / seconds for pid, was in zip(pids, before)]


def measure(cluster, options):
    """What each column of the table says."""
    node = cluster.nodes[0]
    nodes = [node.process.pid for node in cluster.nodes]
    alone, *others_alone = percent(nodes, options.seconds)
    with dashboards(options.dashboards, options.ctl, node) as opened:
        time.sleep(REST_SECONDS)
        drawn = sum(top.drawn for top in opened)
        watched, *rest = percent([*nodes, *(top.pid for top in opened)], options.seconds)
        assert sum(top.drawn for top in opened) > drawn, "the dashboards stand still"
        others, tops = rest[: len(others_alone)], rest[len(others_alone) :]
        return {
            "node, nobody watching": alone,
            "node, watched": watched,
            "difference": watched - alone,
            "difference of each other node": (sum(others) - sum(others_alone)) / len(others),
            "a dashboard itself": sum(tops) / len(tops),
            "worst of them": max(tops),
            "seconds between looks": pace(node, options.seconds),
        }


def pace(node, seconds):
    """How long it is from one look that dashboards are sent to the next. Whoever asks is a dashboard more meanwhile."""
    request = urllib.request.Request(f"http://{node.at('admin')}/admin/v1/watch", headers={"X-API-Key": ADMIN_KEY})
    seen = []
    with urllib.request.urlopen(request, timeout=FIRST_SCREEN_SECONDS) as stream:
        while not seen or seen[-1] - seen[0] < seconds:
            if stream.readline() == b"event: delta\n":
                seen.append(time.monotonic())
    return (seen[-1] - seen[0]) / (len(seen) - 1)


@contextlib.contextmanager
def load(cluster, options):
    """Records arriving at a fixed rate, each in the next partition, for as long as all measurements take. Failed if not
    all of them did: then what was measured meanwhile is of another load."""
    seconds = 3 * options.seconds + REST_SECONDS + FIRST_SCREEN_SECONDS
    told = {"producers": 1, "size": 100, "seconds": seconds, "warmup": WARMUP, "rate": options.rate, "spread": options.partitions}
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        producing = executor.submit(librdkafka.produce, cluster, TOPIC, **told)
        time.sleep(WARMUP + REST_SECONDS)
        yield
        producing.result()


def main():
    parser = argparse.ArgumentParser(prog="bench/dashboards", description=__doc__)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "release"
    parser.add_argument("--partitions", type=int, default=10_000)
    parser.add_argument("--dashboards", type=int, default=10)
    parser.add_argument("--rate", type=int, default=1000, help="records a second while there is load")
    parser.add_argument("--seconds", type=int, default=30, help="of each measurement")
    parser.add_argument("--server", type=pathlib.Path, default=target / "chronik-server")
    parser.add_argument("--ctl", type=pathlib.Path, default=target / "chronikctl")
    parser.add_argument("--data-dir", type=pathlib.Path, default=BENCH / "data")
    options = parser.parse_args()
    allow_many_files()
    options.data_dir = options.data_dir.absolute()
    cluster = Chronik(options.data_dir, options)
    rows, failed = [], None
    try:
        cluster.prepare()
        cluster.start()
        cluster.wait_ready()
        print(f"creating {options.partitions} partitions", file=sys.stderr, flush=True)
        calls.create_topic(cluster, TOPIC, options.partitions, CREATE_SECONDS)
        time.sleep(CREATED_REST_SECONDS)
        print("at rest", file=sys.stderr, flush=True)
        rows.append(("at rest", measure(cluster, options)))
        print("with load", file=sys.stderr, flush=True)
        loaded = f"{options.rate} records/s, each to the next partition"
        with load(cluster, options):
            values = measure(cluster, options)
        rows.append((loaded, values))
    except Failed as failure:
        failed = str(failure)
    finally:
        cluster.close()
    for what, value in machine.describe(options.server, options.data_dir).items():
        print(f"- {what}: {value}")
    print(f"\n{options.partitions} partitions, {options.dashboards} dashboards through one node; percent of a core, seconds:\n")
    for name, values in rows:
        if name == rows[0][0]:
            print(f"| | {' | '.join(values)} |")
            print("|---" * (len(values) + 1) + "|")
        print(f"| {name} | {' | '.join(f'{value:.2f}' for value in values.values())} |")
    if failed:
        print(f"\nFailed: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
