"""Thousands of partitions change hands at once, and the cluster comes to rest again.

A node that is silent for a moment leaves thousands of groups without a leader. Elections of all of them at once would keep
the signs of life of the nodes that hold them waiting: these are taken for dead in turn, which makes more elections, and so on
without an end.
"""

import checker
import pytest
from cluster import until

# So many that three nodes on two cores did not come to rest again when elections were not held some at a time.
PARTITIONS = 5000

pytestmark = [pytest.mark.kills, pytest.mark.timeout(400)]


def test_many_partitions_come_to_rest_again_after_a_node_was_silent(fresh_cluster, topic):
    checker.create(fresh_cluster, topic, PARTITIONS)
    for silent in fresh_cluster.nodes:
        silent.pause()
        until(lambda: is_led_without(fresh_cluster, topic, silent), "the others lead all partitions", 60)
        silent.resume()
        fresh_cluster.wait_in_sync(topic, 60)


def is_led_without(cluster, topic, silent):
    """Whether each other node knows a leader of every partition, which is not the silent one."""
    views = [cluster.partitions(topic, ask=node) for node in cluster.others(silent)]
    leaders = [{p.leader for p in view.values()} for view in views]
    led = [sum(p.error == 0 for p in view.values()) for view in views]
    return led == [PARTITIONS] * len(views) and not any(silent.id in known for known in leaders)
