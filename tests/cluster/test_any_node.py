"""Any node will do: what reaches the wrong node is routed, answered truthfully, or served from its own log.

Real clients go to the leader, so this one asks by hand.
"""

import clients
import pytest
import wire
from cluster import until

DETOURS = 2000  # far more than a client makes by accident


@pytest.fixture
def placed(cluster, topic):
    """A partition in sync: (topic, its leader, a node that does not lead it)."""
    clients.CONFLUENT.run(cluster, "create", topic=topic, partitions=1, replication=3)
    cluster.wait_in_sync(topic)
    until(lambda: cluster.partitions(topic)[0].leader == cluster.partitions(topic)[0].replicas[0], "the preferred leader leads")
    leader = cluster.node(cluster.partitions(topic)[0].leader)
    return topic, leader, cluster.others(leader)[0]


def test_a_produce_at_the_wrong_node_is_routed_to_the_leader(placed):
    topic, leader, other = placed
    with wire.Connection(other.address) as connection:
        produced = connection.produce(topic, 0, wire.record_batch([b"one", b"two"]))
    assert (produced.error, produced.base_offset) == (0, 0)
    assert b"two" in wire.read_log(leader.address, topic, 0, 2)


def test_who_keeps_to_the_detour_is_told_the_leader(cluster, placed):
    """And nothing that was refused is in the log: refused and stored would be doubled by a retry."""
    topic, leader, other = placed
    accepted = 0
    with wire.Connection(other.address) as connection:
        for number in range(DETOURS):
            produced = connection.produce(topic, 0, wire.record_batch([b"%d" % number]))
            if produced.error:
                break
            accepted += 1
    assert produced.error == wire.NOT_LEADER_OR_FOLLOWER, f"after {accepted} detours: {produced}"
    assert (produced.leader, produced.epoch) == (leader.id, cluster.partitions(topic)[0].epoch)
    with wire.Connection(leader.address) as connection:
        assert connection.list_offset(topic, 0, wire.LATEST) == accepted


def test_offsets_are_listed_truthfully_at_every_node(cluster, placed):
    topic, leader, _ = placed
    with wire.Connection(leader.address) as connection:
        assert connection.produce(topic, 0, wire.record_batch([b"value"] * 7)).error == 0
    for node in cluster.nodes:
        with wire.Connection(node.address) as connection:
            assert connection.list_offset(topic, 0, wire.LATEST) == 7, f"node {node.id}"
            assert connection.list_offset(topic, 0, wire.EARLIEST) == 0, f"node {node.id}"


def test_every_node_serves_a_fetch_from_its_own_log(cluster, placed):
    topic, leader, _ = placed
    with wire.Connection(leader.address) as connection:
        for number in range(10):
            assert connection.produce(topic, 0, wire.record_batch([b"%d" % number])).error == 0

    def high_watermark(node):
        with wire.Connection(node.address) as connection:
            return connection.fetch(topic, 0, 0, wait_ms=0).high_watermark

    for node in cluster.nodes:
        until(lambda: high_watermark(node) == 10, f"node {node.id} knows that ten records are committed")
    logs = {wire.read_log(node.address, topic, 0, 10) for node in cluster.nodes}
    assert len(logs) == 1, "the same bytes on every node"
    assert sum(last - base + 1 for base, last, _ in wire.whole_batches(logs.pop())) == 10


def test_a_fetch_beyond_the_log_is_refused_by_the_leader_and_never_served(cluster, placed):
    """A follower may merely be behind: it may let the consumer wait, as nothing there is for it to reset to."""
    topic, leader, _ = placed
    nothing, offset_out_of_range = 0, 1
    for node in cluster.nodes:
        with wire.Connection(node.address) as connection:
            fetched = connection.fetch(topic, 0, 1_000_000, wait_ms=0)
        assert fetched.records == b""
        assert fetched.error == offset_out_of_range or (fetched.error == nothing and node is not leader), f"node {node.id}"


def test_a_batch_with_a_wrong_checksum_is_refused(placed):
    topic, leader, other = placed
    corrupt_message = 2
    batch = bytearray(wire.record_batch([b"value"]))
    batch[-2] ^= 1
    for node in (leader, other):
        with wire.Connection(node.address) as connection:
            assert connection.produce(topic, 0, bytes(batch)).error == corrupt_message
            assert connection.list_offset(topic, 0, wire.LATEST) == 0
