"""Idempotent producers keep their order whatever is refused, and none of them is out of sequence for good.

Clients send several batches before the first is answered. If the first was refused and the second taken, the first could
never follow: Java's client repeats it until its delivery time-out.
"""

import subprocess
import time

import checker
import clients
import pytest
import wire
from cluster import until
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

BATCH = 16  # records
# Not kcat, whose library is that of confluent-kafka; nor franz-go, which refuses a topic that was created again.
OUTLIVING = (clients.CONFLUENT, clients.KAFKA_PYTHON, clients.AIOKAFKA, clients.KAFKAJS, clients.JAVA)
# What the leader of a partition is told by, or tells, while leaderships move.
MOVING = (KafkaError.FENCED_LEADER_EPOCH, KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)
PRODUCER_ID = 1 << 40  # far above what the cluster gives out
# So many that partitions are still to get their first batches when the nodes stand still.
PARTITIONS, RECORDS = 5000, 172_986
# Longer than a replica may be silent and still count as in sync.
STANDSTILL_SECONDS, BETWEEN_SECONDS = 0.75, 2
DELIVERY_SECONDS = 120  # what Java's producer repeats a batch for, by default


def batch(first):
    """Sixteen records of a producer, from this sequence number on."""
    values = [b"%d" % (first + number) for number in range(BATCH)]
    return wire.record_batch(values, producer=(PRODUCER_ID, 0, first))


@pytest.fixture
def guarded(fresh_cluster, topic):
    """A partition that takes nothing unless all three replicas are in sync, its leader, and the others."""
    checker.create(fresh_cluster, topic, config={"min.insync.replicas": 3})
    leader = fresh_cluster.node(fresh_cluster.partitions(topic)[0].leader)
    return topic, leader, fresh_cluster.others(leader)


def test_a_second_batch_is_not_taken_when_the_first_was_refused(fresh_cluster, guarded):
    topic, leader, (follower, other) = guarded
    with wire.Connection(leader.address) as connection, wire.Connection(other.address) as elsewhere:
        follower.pause()
        until(lambda: len(fresh_cluster.partitions(topic, ask=leader)[0].isr) == 2, "the silent one leaves the ISR")
        assert connection.produce(topic, 0, batch(0)).error == wire.NOT_ENOUGH_REPLICAS
        follower.resume()
        fresh_cluster.wait_in_sync(topic)
        for asked in (connection, elsewhere):
            assert asked.produce(topic, 0, batch(BATCH)).error == wire.NOT_LEADER_OR_FOLLOWER, "send it again, in order"
        for first in (0, BATCH, 2 * BATCH):
            produced = connection.produce(topic, 0, batch(first))
            assert (produced.error, produced.base_offset) == (0, first)
        again = connection.produce(topic, 0, batch(0))
        assert (again.error, again.base_offset) == (0, 0), "it is known again"
        assert connection.bounds(topic, 0) == (0, 3 * BATCH)


@pytest.mark.parametrize("asked", ["leader", "another node"])
def test_who_sends_a_batch_again_and_nothing_before_it_begins_with_it(cluster, topic, asked):
    checker.create(cluster, topic)
    leader = cluster.node(cluster.partitions(topic)[0].leader)
    node = leader if asked == "leader" else cluster.others(leader)[0]
    with wire.Connection(node.address) as connection:
        assert connection.produce(topic, 0, batch(BATCH)).error == wire.NOT_LEADER_OR_FOLLOWER, "send it again, in order"
        for attempt in ("insisting", "known again"):
            produced = connection.produce(topic, 0, batch(BATCH))
            assert (produced.error, produced.base_offset) == (0, 0), attempt
        assert connection.produce(topic, 0, batch(2 * BATCH)).base_offset == BATCH


@pytest.mark.parametrize("client", OUTLIVING, ids=str)
def test_a_producer_outlives_its_topic(cluster, topic, client):
    """New to the topic that is created again, it goes on with its old numbers, begins anew, and doubles nothing."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap})
    checker.create(cluster, topic)
    with client.feeding(cluster, topic) as send:
        for number in range(30):
            send(number)
        until(lambda: end(admin, topic) == 30, "all records are taken")
        clients.CONFLUENT.run(cluster, "delete", topic=topic)
        checker.create(cluster, topic)
        for number in range(30, 50):
            send(number)
        until(lambda: end(admin, topic) == 20, "all records are taken by the new topic")
    values = [int(value) for _, value in checker.read_all(cluster, topic, 0, end(admin, topic))]
    assert values == list(range(30, 50))


@pytest.mark.kills
@pytest.mark.timeout(400)
def test_a_producer_ends_after_all_nodes_stood_still(fresh_cluster, topic):
    """Java's, with most partitions of which it writes the first batch while nobody is in sync."""
    admin = AdminClient({"bootstrap.servers": fresh_cluster.bootstrap})
    checker.create(fresh_cluster, topic, PARTITIONS)
    options = ["--topic", topic, "--num-records", RECORDS, "--record-size", 1024, "--throughput", -1]
    options += ["--bootstrap-server", fresh_cluster.bootstrap, "--command-property", "acks=all"]
    command = [clients.BIN / "kafka-producer-perf-test", *map(str, options)]
    producer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        until(lambda: end(admin, topic, 100), "the first records are taken")
        for _ in range(2):
            stand_still(fresh_cluster)
            time.sleep(BETWEEN_SECONDS)  # of load, in which leaders change and batches are sent again
        printed, _ = producer.communicate(timeout=DELIVERY_SECONDS - 10)
    finally:
        producer.kill()
    assert f"{RECORDS} records sent" in printed.splitlines()[-1], printed
    until(lambda: end(admin, topic, PARTITIONS) == RECORDS, "each record is there once")


def stand_still(cluster):
    for node in cluster.nodes:
        node.pause()
    time.sleep(STANDSTILL_SECONDS)
    for node in cluster.nodes:
        node.resume()


def end(admin, topic, partitions=1):
    """The number of records: where all partitions end, none of which was trimmed; None if a leader moves meanwhile."""
    asked = {TopicPartition(topic, partition): OffsetSpec.latest() for partition in range(partitions)}
    try:
        return sum(answer.result(60).offset for answer in admin.list_offsets(asked).values())
    except KafkaException as error:
        if error.args[0].code() not in MOVING:
            raise
        return None
