"""A flipped bit on one node's disk is noticed, named, never served, and spares everything else."""

import checker
import clients
import pytest
import wire
from cluster import until

pytestmark = pytest.mark.kills

NEEDLE = b"a value that is easily found in a file"


def flip_a_bit_of(node, value):
    """Flips one bit of the value's first copy in the node's WAL; the file and where."""
    for path in sorted((node.directory / "data").rglob("*.wal")):
        data = bytearray(path.read_bytes())
        at = data.find(value)
        if at >= 0:
            data[at] ^= 1
            path.write_bytes(data)
            return path, at
    raise AssertionError(f"{value!r} is not in the WAL of node {node.id}")


def health(node):
    """(status, body) of GET /admin/health, once the node answers."""
    return until(node.health, f"node {node.id} answers")


def damage(cluster, victim, topic, partition):
    """Flips a bit of a record that the victim holds, while it is down; names the file."""
    with wire.Connection(cluster.node(cluster.partitions(topic)[partition].leader).address) as leader:
        for value in (NEEDLE, b"another", b"and another"):
            assert leader.produce(topic, partition, wire.record_batch([value])).error == 0
    until(lambda: checker.bounds_at(victim, topic, partition) == (0, 3), "the victim has everything")
    victim.kill()
    path, _ = flip_a_bit_of(victim, NEEDLE)
    victim.start()
    return path


def test_a_flipped_bit_is_noticed_named_and_never_served(fresh_cluster, topic):
    """Of a partition without other replicas, so that nobody can mend it."""
    alone, shared = f"{topic}-alone", f"{topic}-shared"
    clients.CONFLUENT.run(fresh_cluster, "create", topic=alone, partitions=1, replication=1)
    clients.CONFLUENT.run(fresh_cluster, "create", topic=shared, partitions=1, replication=3)
    fresh_cluster.wait_in_sync(shared)
    with wire.Connection(fresh_cluster.node(fresh_cluster.partitions(shared)[0].leader).address) as leader:
        assert leader.produce(shared, 0, wire.record_batch([b"sound"])).error == 0
    (victim,) = fresh_cluster.replicas(alone, 0)
    path = damage(fresh_cluster, victim, alone, 0)

    until(lambda: "damaged_replicas" in str(health(victim)[1]), "the damage is reported")
    assert health(victim)[0] == 503
    assert path.name in victim.log.read_text(), "the log names the damaged file"
    with wire.Connection(victim.address) as connection:
        fetched = connection.fetch(alone, 0, 0)
    assert fetched.error != 0 and not fetched.records, "nothing of the damaged replica is served"

    def sound_end():
        with wire.Connection(victim.address) as connection:
            return connection.fetch(shared, 0, 0).high_watermark

    until(lambda: sound_end() == 1, "another partition is served by the same node, with all that was committed")
    assert b"sound" in wire.read_log(victim.address, shared, 0, 1)
    assert "damaged_replicas" in str(health(victim)[1]), "a log that may be the only copy is kept"


def test_a_damaged_replica_is_made_again_from_the_others(fresh_cluster, topic):
    clients.CONFLUENT.run(fresh_cluster, "create", topic=topic, partitions=1, replication=3)
    fresh_cluster.wait_in_sync(topic)
    leader = fresh_cluster.node(fresh_cluster.partitions(topic)[0].leader)
    victim = fresh_cluster.others(leader)[0]
    path = damage(fresh_cluster, victim, topic, 0)

    until(lambda: path.name in victim.log.read_text(), "the log names the damaged file")
    with wire.Connection(leader.address) as connection:
        assert connection.produce(topic, 0, wire.record_batch([b"more"])).error == 0
    until(lambda: health(victim)[0] == 200, "the replica is sound again")
    fresh_cluster.wait_moved(topic, 0, [node.id for node in fresh_cluster.replicas(topic, 0)])
    until(lambda: checker.bounds_at(victim, topic, 0) == (0, 4), "it has everything")
    assert wire.read_log(victim.address, topic, 0, 4) == wire.read_log(leader.address, topic, 0, 4)
    assert NEEDLE in wire.read_log(victim.address, topic, 0, 4)

    victim.kill()
    victim.start()
    until(lambda: health(victim)[0] == 200 and checker.bounds_at(victim, topic, 0) == (0, 4), "so it is after a restart")


def test_a_node_that_lost_its_wal_does_not_come_back_as_if_nothing_had_happened(fresh_cluster, topic):
    """Votes and acknowledgements that it gave are forgotten: it must not give them a second time. With its whole data
    directory empty it comes back as another replica: see test_join."""
    clients.CONFLUENT.run(fresh_cluster, "create", topic=topic, partitions=1, replication=3)
    fresh_cluster.wait_in_sync(topic)
    victim = fresh_cluster.nodes[2]
    victim.kill()
    for path in (victim.directory / "data").rglob("*.wal"):
        path.unlink()
    victim.start()
    assert victim.process.wait(timeout=20) == 1
    assert "is empty" in victim.log_tail(3)
