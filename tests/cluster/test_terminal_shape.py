"""The commands that change the shape of a cluster in a real terminal: asked, watched, interrupted, cancelled, resumed."""

import re

import cluster as clusters
import pytest
import wire
from cluster import until
from sessions import ask, keep, keep_soon, literals, prompt, session

pytestmark = [pytest.mark.kills, pytest.mark.timeout(180)]

RATE = 400 << 10  # bytes per second: a move of FILLED takes long enough to be interrupted, whatever else the machine does
FILLED = 4 << 20
SLOW = {
    **clusters.UNHURRIED,
    "auto_leader_rebalance": False,
    "auto_rebalance": False,
    "leader_load_check_interval_ms": 0,
    "replica_move_rate": RATE,
}


def create(cluster, topic, replicas):
    cluster.request("/admin/v1/topics", {"topic": topic, "partitions": 1, "replication_factor": 3})
    cluster.wait_in_sync(topic)
    cluster.move(topic, 0, replicas)
    cluster.wait_moved(topic, 0, replicas)


def fill(cluster, topic):
    leader = cluster.node(cluster.partitions(topic)[0].leader)
    with wire.Connection(leader.address) as connection:
        for _ in range(FILLED >> 19):
            assert connection.produce(topic, 0, wire.record_batch([b"x" * (1 << 19)])).error == 0


def progress(terminal):
    """Until the progress line tells how much of the data has been copied."""
    line = r"Operation \d: moving \d+%, 0/1 partitions, \d+(\.\d)? \w*B/\d\.\d MiB(, .+ left)?$"
    until(lambda: re.search(line, terminal.history()), lambda: f"progress is shown:\n{terminal.history()}")


def beginning(shot, lines):
    """The first lines of a screen, and its exit code: what is between depends on how far the operation is."""
    rows = shot.splitlines()
    return "\n".join([*rows[:lines], "...", rows[-1]])


@session("add-node", "partition move", "rebalance", "operation list", "operation show", "operation cancel")
@session("operation watch", "remove-node")
def test_a_node_comes_and_goes_under_the_eyes_of_a_person(tmp_path):
    with clusters.Cluster(3, settings=SLOW) as running, prompt(running, tmp_path, 120, 40) as terminal:
        fourth = running.new_node(4)
        known = literals(running, tmp_path, [fourth])
        keep("add-node", [terminal.run("chronikctl " + " ".join(map(str, running.invitation(fourth))))], known)
        running.join(fourth)
        create(running, "heavy", [1, 2, 4])
        fill(running, "heavy")
        create(running, "light", [1, 2, 3])
        running.wait_settled()

        planned = ask(terminal, "partition move heavy-0 --replicas 1,2,3 --dry-run")
        begun = ask(terminal, "partition move heavy-0 --replicas 1,2,3 --no-wait")
        keep("partition move", [planned, beginning(begun, 6)], known)
        keep_soon("operation show", lambda: [ask(terminal, "operation show 1")], known)
        keep("operation cancel", [ask(terminal, "operation cancel 1")], known)
        running.wait_settled()

        # Of the topic without any load: that of the other is told as soon as its leader has taken it in.
        planned = ask(terminal, "rebalance --topic light --dry-run")
        keep("rebalance", [planned, ask(terminal, "rebalance --topic light")], known)

        planned = ask(terminal, "remove-node 4 --dry-run")
        terminal.begin("chronikctl remove-node 4")
        progress(terminal)
        terminal.press("C-c")
        interrupted = beginning(terminal.shot(), 6)
        terminal.begin("chronikctl operation watch 3")
        progress(terminal)
        keep("operation watch", [terminal.shot()], known)
        running.finish_removal(fourth, {"operation_id": "3"})
        keep_soon("operation list", lambda: [ask(terminal, "operation list")], known)

        fifth = running.add_node(5)
        running.wait_settled()
        fifth.kill()
        terminal.begin("chronikctl remove-node 5 --force")
        terminal.answer("Type its id to go on:", "4")
        refused = terminal.shot()
        terminal.begin("chronikctl remove-node 5 --force")
        terminal.answer("Type its id to go on:", "5")
        keep("remove-node", [planned, interrupted, refused, terminal.shot()], known)
