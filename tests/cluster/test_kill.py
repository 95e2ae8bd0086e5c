"""Nothing acknowledged is lost, doubled or reordered, whichever node dies, and whenever."""

import os
import time

import checker
import clients
import pytest
from cluster import until

ROUNDS = int(os.environ.get("CHRONIK_KILL_ROUNDS", "50"))
PARTITIONS = 3

pytestmark = pytest.mark.kills


def topic_on(cluster, topic):
    clients.CONFLUENT.run(cluster, "create", topic=topic, partitions=PARTITIONS, replication=3)
    cluster.wait_in_sync(topic)
    return topic


@pytest.mark.timeout(120 + 30 * ROUNDS)
def test_a_killed_leader_loses_nothing(fresh_cluster, topic):
    """kill -9 of a partition's leader under load, restart, again and again."""
    with checker.Load(fresh_cluster, topic_on(fresh_cluster, topic), PARTITIONS) as load:
        for number in range(ROUNDS):
            begin = time.monotonic()
            load.wait_for_more(checker.random_moment())
            victim = fresh_cluster.leader(topic, number % PARTITIONS)
            victim.kill()
            outage = load.wait_for_every_partition()
            fresh_cluster.start()
            fresh_cluster.wait_in_sync(topic)
            print(f"round {number + 1}: killed node {victim.id}, {outage:.2f} s without writes, {time.monotonic() - begin:.1f} s")
    print(f"{checker.verify(load)} records, each where it was acknowledged, on every node")


@pytest.mark.timeout(300)
def test_all_nodes_killed_at_once_lose_nothing(fresh_cluster, topic):
    with checker.Load(fresh_cluster, topic_on(fresh_cluster, topic), PARTITIONS) as load:
        for _ in range(3):
            load.wait_for_more(1000)
            for node in fresh_cluster.nodes:
                node.pause()  # so that no node outlives another
            for node in fresh_cluster.nodes:
                node.kill()
            fresh_cluster.start()
            load.wait_for_every_partition(60)
    checker.verify(load)


@pytest.mark.timeout(300)
def test_a_leader_that_was_paused_does_not_write_over_its_successor(fresh_cluster, topic):
    """SIGSTOP long enough for a new leader; then the old one wakes up and still thinks that it leads."""
    with checker.Load(fresh_cluster, topic_on(fresh_cluster, topic), PARTITIONS) as load:
        for number in range(3):
            load.wait_for_more(checker.random_moment())
            paused = fresh_cluster.leader(topic, number)
            witness = fresh_cluster.others(paused)[0]
            paused.pause()
            until(
                lambda: all(
                    partition.leader not in (paused.id, -1)
                    for partition in fresh_cluster.partitions(topic, ask=witness).values()
                ),
                f"the partitions of the paused node {paused.id} have other leaders",
            )
            load.wait_for_every_partition()
            paused.resume()
            fresh_cluster.wait_in_sync(topic)
    checker.verify(load)


def test_committed_offsets_survive_every_node_in_turn(fresh_cluster, topic):
    topic_on(fresh_cluster, topic)
    records = [("one-key", f"value {number}") for number in range(10)]
    clients.CONFLUENT.produce(fresh_cluster, topic, records)
    first = clients.CONFLUENT.consume(fresh_cluster, topic, 4, "survivors")
    for node in fresh_cluster.nodes:
        fresh_cluster.wait_in_sync("__consumer_offsets")
        node.kill()
        fresh_cluster.start()
        fresh_cluster.wait_in_sync(topic)
    rest = clients.CONFLUENT.consume(fresh_cluster, topic, 6, "survivors")
    assert [record["value"] for record in first + rest] == [value for _, value in records]


def test_a_minority_refuses_what_it_cannot_keep(fresh_cluster, topic):
    """One node of three alone acknowledges nothing; with a second one back, all is taken."""
    topic_on(fresh_cluster, topic)
    alone, *others = fresh_cluster.nodes
    with checker.Load(fresh_cluster, topic, PARTITIONS) as load:
        load.wait_for_every_partition()
        for node in others:
            node.kill()
        with pytest.raises(TimeoutError):
            load.wait_for_every_partition(3)
        assert alone.is_running()
        fresh_cluster.start()
        load.wait_for_every_partition(60)
    checker.verify(load)
