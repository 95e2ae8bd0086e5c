"""The command: both systems in turn, one table."""

import argparse
import os
import pathlib
import sys

from chronikbench import machine
from chronikbench.paths import BENCH, REPOSITORY
from chronikbench.tasks import stage
from chronikbench.tasks.chronik import ChronikOperator
from chronikbench.tasks.kafka import KafkaOperator

TASKS = {
    "read a group's lag": lambda operator, shell: operator.group_lag(shell),
    "move a leader": lambda operator, shell: operator.move_leader(shell, another_leader(operator.cluster)),
    "drain a node": lambda operator, shell: operator.drain(shell, 2),
    "find who changed what": lambda operator, shell: operator.who_changed_what(shell),
    "what is unhealthy, and why": lambda operator, shell: operator.unhealthy(shell),
    "which partitions lag, and by how much": lambda operator, shell: operator.lagging(shell),
    "replace a dead node": lambda operator, shell: operator.replace(shell, operator.cluster.node(3), 4),
}
DEAD_FROM = "what is unhealthy, and why"


def another_leader(cluster):
    partition = stage.partitions(cluster)[0]
    return next(node for node in partition.isr if node != partition.leader)


def measure(operator_class, options):
    """{task: Effort, or None where no tool does it}"""
    cluster = operator_class.cluster_class(options.data_dir, options)
    efforts = {}
    try:
        stage.set_up(cluster)
        operator = operator_class(cluster)
        for name, task in TASKS.items():
            print(f"{cluster.name}: {name}", file=sys.stderr, flush=True)
            if name == DEAD_FROM:
                operator.undrain(2)
                cluster.node(3).process.kill()
                shell = operator.shell()
                shell.until(lambda: all(3 not in p.isr for p in stage.partitions(cluster).values()), "node 3 is missed")
                stage.write(cluster)
            if name == "find who changed what" and operator.who_changed_what is None:
                efforts[name] = None
                continue
            shell = operator.shell()
            task(operator, shell)
            efforts[name] = shell.effort()
    finally:
        cluster.close()
    return efforts


def told(effort):
    if effort is None:
        return "no tool | |"
    return f"{effort.commands} | {effort.files or ''} | {effort.seconds:.1f}"


def main():
    parser = argparse.ArgumentParser(prog="bench/tasks", description=sys.modules["chronikbench.tasks"].__doc__)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "release"
    parser.add_argument("--server", type=pathlib.Path, default=target / "chronik-server", help="this chronik-server")
    parser.add_argument("--ctl", type=pathlib.Path, default=target / "chronikctl", help="this chronikctl")
    parser.add_argument("--data-dir", type=pathlib.Path, default=BENCH / "data", help="where the nodes keep their data")
    options = parser.parse_args()
    options.data_dir = options.data_dir.absolute()
    efforts = [measure(operator, options) for operator in (ChronikOperator, KafkaOperator)]
    for what, value in machine.describe(options.server, options.data_dir).items():
        print(f"- {what}: {value}")
    print("\n| Task | chronikctl: commands | files | seconds | Kafka's tools: commands | files | seconds |")
    print("|---|---|---|---|---|---|---|")
    for name in TASKS:
        print(f"| {name} | {' | '.join(told(effort[name]) for effort in efforts)} |")


if __name__ == "__main__":
    main()
