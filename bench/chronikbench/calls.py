"""What the benchmark itself asks a cluster for, outside of any measured load: topics, leaders, offsets, one record.

By the wire and not through a client library, because start-up and failover are
measured by it: a library would add its own back-off to what the brokers do.
"""

import struct

from chronikbench import paths  # makes wire.py importable
from chronikbench.waiting import Failed, until

import wire

CREATE_TOPICS = 19
TOPIC_ALREADY_EXISTS = 36
# What talking to a node that starts, dies or does not know yet may raise.
UNANSWERED = (OSError, wire.KafkaError, ValueError, struct.error)


def try_create_topic(address, topic, partitions, replicas=3, timeout_ms=60_000):
    """Asks one node to create a topic with min.insync.replicas=2; the error code and its message."""
    body = struct.pack(">i", 1) + wire.string(topic) + struct.pack(">ihi", partitions, replicas, 0)
    body += struct.pack(">i", 1) + wire.string("min.insync.replicas") + wire.string("2")
    with wire.Connection(address, timeout=timeout_ms / 1000 + 5) as connection:
        answer = connection.call(CREATE_TOPICS, 4, body + struct.pack(">ib", timeout_ms, 0))
        answer.i32()
        ((_, code, message),) = answer.array(lambda: (answer.string(), answer.i16(), answer.string()))
    return (0 if code == TOPIC_ALREADY_EXISTS else code), message


def create_topic(cluster, topic, partitions, seconds=120):
    """Creates a topic; on return every node sees every partition led and in sync."""
    said = "nobody answered"

    def created():
        nonlocal said
        cluster.must_run()
        try:
            code, message = try_create_topic(cluster.nodes[0].address, topic, partitions)
        except UNANSWERED as error:
            said = repr(error)
            return False
        said = f"error {code}, {message}"
        return code == 0

    until(created, lambda: f"a topic of {partitions} partitions is created: {said}", seconds, 0.2)
    wait_in_sync(cluster, topic, partitions, seconds)


def wait_in_sync(cluster, topic, partitions, seconds=120):
    """Until every node sees every partition of a topic led, with all three replicas in sync."""
    until(
        lambda: not out_of_sync(cluster, topic, partitions),
        lambda: f"{topic} is in sync: {out_of_sync(cluster, topic, partitions)}",
        seconds,
        0.2,
    )


def out_of_sync(cluster, topic, partitions):
    """What is not yet as it shall be; empty if all is."""
    cluster.must_run()
    whole = lambda partition: partition.leader >= 0 and len(partition.isr) == 3 and partition.error == 0  # noqa: E731
    return lacking(cluster.nodes, topic, partitions, whole, "led and in sync")


def lacking(nodes, topic, partitions, counts, what):
    """Which of the nodes does not see so many partitions that count, and how many it sees; empty if all do."""
    for node in nodes:
        try:
            seen = metadata(node, topic).partitions
        except UNANSWERED as error:
            return f"{node.name} answers {error!r}"
        counted = sum(map(counts, seen.values()))
        if counted != partitions:
            return f"{node.name} sees {counted} of {partitions} partitions {what}"
    return ""


def metadata(node, topic):
    with wire.Connection(node.address, timeout=20) as connection:
        return connection.metadata(topic)


class Moving(Failed):
    """A partition has no leader, or another one than a node said: ask again, as clients do."""


def end_offsets(cluster, topic, seconds=30):
    """The sum of the end offsets of a topic's partitions, when each has a leader that says so."""
    moving = None

    def told():
        nonlocal moving
        try:
            return (_end_offsets_now(cluster, topic),)
        except Moving as error:
            moving = error

    (total,) = until(told, lambda: str(moving), seconds, 0.2)
    return total


def _end_offsets_now(cluster, topic):
    by_leader = {}
    for index, partition in metadata(cluster.nodes[0], topic).partitions.items():
        by_leader.setdefault(partition.leader, []).append(index)
    if -1 in by_leader:
        raise Moving(f"{topic}-{by_leader[-1][0]} has a leader")
    addresses = {node.id: node.address for node in cluster.nodes}
    return sum(_end_offsets_at(addresses[leader], topic, indexes) for leader, indexes in by_leader.items())


def _end_offsets_at(address, topic, indexes):
    body = struct.pack(">ib", -1, 0) + struct.pack(">i", 1) + wire.string(topic) + struct.pack(">i", len(indexes))
    body += b"".join(struct.pack(">iiq", index, -1, wire.LATEST) for index in indexes)
    with wire.Connection(address, timeout=30) as connection:
        answer = connection.call(wire.LIST_OFFSETS, 4, body)
        answer.i32()

        def listed():
            index, error, _timestamp, offset, _epoch = (
                answer.i32(),
                answer.i16(),
                answer.i64(),
                answer.i64(),
                answer.i32(),
            )
            if error == wire.NOT_LEADER_OR_FOLLOWER:
                raise Moving(f"the leader of {topic}-{index} tells its end offset")
            if error:
                raise Failed(f"the end offset of {topic}-{index}: Kafka error {error}")
            return offset

        ((_, offsets),) = answer.array(lambda: (answer.string(), answer.array(listed)))
    return sum(offsets)


def verify_arrived(cluster, topic, sent):
    """Failed unless the topic holds exactly the records that were acknowledged."""
    held = end_offsets(cluster, topic)
    if held != sent:
        raise Failed(f"{sent} records were acknowledged, but the end offsets of {topic} sum up to {held}")


ONE_RECORD = wire.record_batch([b"x" * 100])


def try_produce(connection, topic, partition, timeout_ms=2000):
    """Whether this node accepts one record with acks=all now; its error code if not."""
    return connection.produce(topic, partition, ONE_RECORD, acks=-1, timeout_ms=timeout_ms).error
