"""A node that is started again: when the others take over from it, and when it may say that it is back."""

import time

import checker
import cluster as clusters
import pytest
import wire
from cluster import until

MANY = 300  # partitions: a node that did not wait for them would be healthy before the last is open

# Seconds. The lease is long, so that it shows whether it was waited for.
HEARTBEAT, ELECTION = 1.0, 3.0
LEASE = 4 * ELECTION

pytestmark = [pytest.mark.kills, pytest.mark.timeout(300)]


def test_a_leader_that_is_back_at_once_is_taken_over_from(topic):
    """It is not waited for as long as its lease lasts, although the others do not find its port closed: they stand still."""
    timing = {"heartbeat_interval_ms": int(1000 * HEARTBEAT), "election_timeout_ms": int(1000 * ELECTION)}
    settings = {"cluster.raft": timing}
    with clusters.Cluster(3, settings=settings) as cluster:
        checker.create(cluster, topic, 1)
        with checker.Load(cluster, topic, 1) as load:
            for _ in range(3):
                load.wait_for_more(200)  # so that the lease is young
                cluster.wait_in_sync(topic)
                leader = cluster.node(cluster.partitions(topic)[0].leader)
                others = cluster.others(leader)
                for node in others:
                    node.pause()
                killed = time.monotonic()
                leader.kill()
                leader.start()
                until(lambda: leader.listens("raft"), "its port takes connections again")
                for node in others:
                    node.resume()
                until(lambda: cluster.partitions(topic, ask=others[0])[0].leader not in (-1, leader.id), "another leads", LEASE - 1)
                load.wait_for_more(100)
                assert time.monotonic() - killed < LEASE - 1, "records are taken long before the lease would have ended"
                cluster.wait_ready(leader)
        checker.verify(load)


def test_a_node_that_says_that_it_is_healthy_serves_its_replicas(fresh_cluster, topic):
    """Whoever restarts the nodes one after the other waits for that."""
    checker.create(fresh_cluster, topic, MANY)
    node = fresh_cluster.nodes[2]
    for _ in range(3):
        node.kill()
        node.start()
        until(node.is_ready, "it says that it is healthy")
        with wire.Connection(node.address) as connection:
            assert [connection.fetch(topic, partition, 0, wait_ms=0).error for partition in range(MANY)] == [0] * MANY
        fresh_cluster.wait_in_sync(topic)
