"""How long three nodes with empty disks take, from their start to the first record accepted with acks=all."""

import time

from chronikbench import calls
from chronikbench.results import Case, Goal, Metric
from chronikbench.waiting import until

import wire

LIMIT = 120
PAUSE = 0.005
METRIC = Metric("until acks=all is accepted", "s", goals=(Goal("kafka", 0.1, at_least=False),))


def startup(run):
    """Kafka's directories are formatted before; what Chronik does instead, founding the cluster, is in the time."""
    with run.unstarted_cluster() as cluster:
        began = time.monotonic()
        cluster.start()
        until(lambda: creates(cluster), "a topic with three replicas is created", LIMIT, PAUSE)
        until(lambda: accepts(cluster), "a record with acks=all is accepted", LIMIT, PAUSE)
        return {METRIC.name: time.monotonic() - began}


def creates(cluster):
    cluster.must_run()
    try:
        code, _ = calls.try_create_topic(cluster.nodes[0].address, "first", 1, timeout_ms=5000)
        return code == 0
    except calls.UNANSWERED:
        return False


def accepts(cluster):
    for node in cluster.nodes:
        try:
            with wire.Connection(node.address) as connection:
                if calls.try_produce(connection, "first", 0) == 0:
                    return True
        except calls.UNANSWERED:
            continue
    return False


CASES = [Case("startup", "three nodes, empty disks", (METRIC,), startup)]
