"""The scene: three nodes, a topic `orders` with records, a group `billing` that has not read all of them."""

import contextlib

from chronikbench import calls
from chronikbench.waiting import until

import wire

TOPIC = "orders"
GROUP = "billing"
PARTITIONS = 12
RECORDS = 100  # in each partition


def set_up(cluster):
    cluster.prepare()
    cluster.start()
    cluster.wait_ready()
    calls.create_topic(cluster, TOPIC, PARTITIONS)
    write(cluster)
    commit(cluster, RECORDS // 2)


def write(cluster):
    """A hundred more records into each partition."""
    addresses = {node.id: node.address for node in cluster.nodes}
    batch = wire.record_batch([b"x" * 100] * RECORDS)
    for index, partition in partitions(cluster).items():
        with wire.Connection(addresses[partition.leader]) as connection:
            error = connection.produce(TOPIC, index, batch).error
            assert error == 0, f"{TOPIC}-{index}: Kafka error {error}"


def commit(cluster, offset):
    """The group has read so much of every partition, and has no members now."""
    from confluent_kafka import Consumer, TopicPartition  # what bench/run installs

    consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": GROUP})
    with contextlib.closing(consumer):
        offsets = [TopicPartition(TOPIC, index, offset) for index in range(PARTITIONS)]
        until(lambda: committed(consumer, offsets), "the group's offsets are committed", 60, 0.5)


def committed(consumer, offsets):
    from confluent_kafka import KafkaException

    try:
        consumer.commit(offsets=offsets, asynchronous=False)
    except KafkaException:
        return False  # its coordinator is not there yet
    return True


def partitions(cluster, topic=TOPIC):
    """{number: partition} as the first node that answers sees them."""
    for node in cluster.nodes:
        if node.process.is_running():
            return calls.metadata(node, topic).partitions
    raise AssertionError("no node runs")


def brokers(cluster):
    """The ids of the registered brokers, as the first node tells clients."""
    with wire.Connection(cluster.nodes[0].address) as connection:
        return connection.brokers()


def leader(cluster, index):
    return partitions(cluster)[index].leader


def leads_nothing(cluster, node_id):
    return all(partition.leader not in (node_id, -1) for partition in partitions(cluster).values())


def lives_on(cluster, node_ids):
    """Whether every partition has all of its replicas there, and in sync."""
    return all(set(p.isr) == set(p.replicas) and set(p.replicas) <= node_ids for p in partitions(cluster).values())
