"""A leader that is killed and started again at once is not waited for as long as its lease lasts."""

import time

import checker
import cluster as clusters
import pytest
from cluster import until

# Seconds. The lease is long, so that it shows whether it was waited for.
HEARTBEAT, ELECTION = 1.0, 3.0
LEASE = 4 * ELECTION

pytestmark = [pytest.mark.kills, pytest.mark.timeout(300)]


def test_a_leader_that_is_back_at_once_is_taken_over_from(topic):
    """The others do not find its port closed: they stand still meanwhile."""
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
