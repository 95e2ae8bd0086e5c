"""How long a killed leader is missed: kill -9, until each partition that it led accepts acks=all again.

For each partition the nodes that are left are asked in turn, by a thread that
does nothing else, until one of them accepts a record. Kafka's clients would be
told of the new leader a little later than this.
"""

import statistics
import threading
import time

from chronikbench import calls
from chronikbench.results import Case, Goal, Metric
from chronikbench.scenarios import topics
from chronikbench.waiting import Failed

import wire

TOPIC = "load"
LIMIT = 60
PAUSE = 0.002
WORST = Metric("worst partition", "s", goals=(Goal("kafka", 0.2, at_least=False),), most=1)
MEDIAN = Metric("median partition", "s")


def failover(run):
    partitions = run.settings.failover_partitions
    missed = []
    with run.cluster() as cluster:
        topics.make(run, cluster, TOPIC, partitions)
        for kill in range(run.settings.failover_kills):
            victim = leader_to_kill(cluster, kill)
            missed.append(kill_and_wait(cluster, victim))
            if kill + 1 < run.settings.failover_kills:
                victim.process.start()
                calls.wait_in_sync(cluster, TOPIC, partitions)
    everything = [seconds for times in missed for seconds in times]
    return {WORST.name: max(everything), MEDIAN.name: statistics.median(everything)}


def led(cluster, topic=TOPIC):
    """{node's id: the partitions that it leads}"""
    result = {node.id: [] for node in cluster.nodes}
    for index, partition in calls.metadata(cluster.nodes[0], topic).partitions.items():
        result[partition.leader].append(index)
    return result


def leader_to_kill(cluster, kill):
    """Another one each time, as long as it leads anything."""
    leaders = [node for node in cluster.nodes if led(cluster)[node.id]]
    return leaders[kill % len(leaders)]


def kill_and_wait(cluster, victim):
    """For each partition that the victim led, the seconds from the kill to the first record accepted."""
    indexes = led(cluster)[victim.id]
    survivors = [node for node in cluster.nodes if node is not victim]
    accepted = {}
    killed = time.monotonic()
    waiters = [
        threading.Thread(target=wait_accepted, args=(survivors, index, killed, accepted), daemon=True)
        for index in indexes
    ]
    victim.process.kill()
    for waiter in waiters:
        waiter.start()
    for waiter in waiters:
        waiter.join()
    lost = sorted(set(indexes) - set(accepted))
    if lost:
        raise Failed(
            f"{len(lost)} of {len(indexes)} partitions of the killed {victim.name} accepted nothing within {LIMIT} s:"
            f" {lost[:10]}"
        )
    return list(accepted.values())


def wait_accepted(survivors, index, killed, accepted):
    connections = {}
    try:
        while time.monotonic() - killed < LIMIT:
            for node in survivors:
                try:
                    if node.id not in connections:
                        connections[node.id] = wire.Connection(node.address, timeout=5)
                    if calls.try_produce(connections[node.id], TOPIC, index) == 0:
                        accepted[index] = time.monotonic() - killed
                        return
                except calls.UNANSWERED:
                    if node.id in connections:
                        connections.pop(node.id).close()
            time.sleep(PAUSE)
    finally:
        for connection in connections.values():
            connection.close()


CASES = [Case("failover", "kill -9 of a leader", (WORST, MEDIAN), failover)]
