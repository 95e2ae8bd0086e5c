"""What is too old, too much, or deleted goes: the same on every replica, and from the disk as well."""

import time

import checker
import clients
import cluster as clusters
import pytest
import wire
from cluster import until
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

MIB = 1 << 20
HOUR_MS = 60 * 60 * 1000
QUICK = clusters.merged(clusters.SMALL_FILES, {"retention_check_interval_ms": 500})
FILE = QUICK["cluster.storage"]["wal_segment_size"]

pytestmark = [pytest.mark.kills, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def three():
    """Three nodes with small WAL files that look for expired records twice a second."""
    with clusters.Cluster(3, settings=QUICK | clusters.UNHURRIED) as running:
        yield running


def log_starts(cluster, topic, partition=0):
    """The log start offset of each replica, as it serves it itself."""
    starts = []
    for node in cluster.replicas(topic, partition):
        with wire.Connection(node.address) as connection:
            starts.append(connection.bounds(topic, partition)[0])
    return starts


def wait_trimmed(cluster, topic, condition, what, seconds=60):
    """Until all replicas begin at the same offset and it is as wanted; that offset."""

    def agreed():
        try:
            starts = log_starts(cluster, topic)
        except (OSError, wire.KafkaError):  # a leader moves
            return None
        return len(set(starts)) == 1 and condition(starts[0]) and [starts[0]]

    def wanted():
        return f"{topic} begins {what} on every replica; they begin at {log_starts(cluster, topic)}"

    return until(agreed, wanted, seconds)[0]


def send(cluster, topic, count, size=50_000, timestamp_ms=None):
    """`count` records in batches of their own, of this moment unless told."""
    errors = []
    producer = Producer({"bootstrap.servers": cluster.bootstrap, "acks": "all", "batch.num.messages": 1})
    when = {} if timestamp_ms is None else {"timestamp": timestamp_ms}
    for number in range(count):
        value = f"{number}:".encode().ljust(size, b"x")
        producer.produce(topic, value, partition=0, on_delivery=lambda error, _: error and errors.append(error), **when)
    assert producer.flush(90) == 0 and not errors, errors[:3]


def trim(cluster, topic):
    """The log start offset once a MiB is kept of what has been sent: at once, so that the start does not move again."""
    change = ConfigEntry("retention.bytes", str(MIB), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[change])
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap})
    admin.incremental_alter_configs([resource])[resource].result(60)
    return wait_trimmed(cluster, topic, lambda start: start > 50, "later")


def now_ms():
    return int(time.time() * 1000)


def end_of(cluster, topic):
    (node, *_) = cluster.replicas(topic, 0)
    with wire.Connection(node.address) as connection:
        return connection.list_offset(topic, 0, wire.LATEST)


# How much, how old


def test_a_partition_is_kept_to_its_bytes(three, topic):
    kept = 2 * MIB
    checker.create(three, topic, config={"retention.bytes": kept})
    send(three, topic, 400)  # ten times as much
    start = wait_trimmed(three, topic, lambda start: (400 - start) * 50_000 <= 2 * kept, "2 to 4 MiB before its end")
    assert (400 - start) * 50_000 >= kept * 0.9, f"it keeps what it is to keep: only {400 - start} records are left"
    assert end_of(three, topic) == 400


def test_records_go_when_they_are_too_old_by_their_own_timestamps(three, topic):
    witness = f"{topic}-witness"
    for name in (topic, witness):
        checker.create(three, name, config={"retention.ms": HOUR_MS})
    send(three, topic, 200, timestamp_ms=now_ms() - 2 * HOUR_MS)
    wait_trimmed(three, topic, lambda start: start == 200, "behind all that is two hours old")
    send(three, topic, 20)
    send(three, witness, 20, timestamp_ms=now_ms() - 2 * HOUR_MS)
    wait_trimmed(three, witness, lambda start: start == 20, "at its end")  # so retention has been at work since
    values = [value for _, value in checker.read_all(three, topic, 0, 220, 200)]
    assert [int(value.split(b":")[0]) for value in values] == list(range(20))


def test_everything_may_expire_and_offsets_go_on(three, topic):
    checker.create(three, topic, config={"retention.ms": HOUR_MS})
    send(three, topic, 50, timestamp_ms=now_ms() - 2 * HOUR_MS)
    wait_trimmed(three, topic, lambda start: start == 50, "at its end, with nothing left")
    send(three, topic, 1)
    assert end_of(three, topic) == 51
    ((offset, _),) = checker.read_all(three, topic, 0, 51, 50)
    assert offset == 50


def test_a_topic_that_says_nothing_keeps_what_is_young_and_one_that_says_forever_keeps_all(three, topic):
    ancient = now_ms() - 30 * 24 * HOUR_MS
    forever, witness = f"{topic}-forever", f"{topic}-witness"
    checker.create(three, forever, config={"retention.ms": -1, "retention.bytes": -1})
    checker.create(three, topic)
    checker.create(three, witness, config={"retention.ms": HOUR_MS})
    for name, when in ((topic, now_ms()), (forever, ancient), (witness, ancient)):
        send(three, name, 20, timestamp_ms=when)
    wait_trimmed(three, witness, lambda start: start == 20, "at its end")  # so retention has been at work since
    assert set(log_starts(three, topic) + log_starts(three, forever)) == {0}


@pytest.mark.parametrize("bad", [{"retention.ms": -2}, {"retention.bytes": "much"}, {"retention.minutes": 1}], ids=str)
def test_a_setting_that_cannot_be_kept_is_refused(three, topic, bad):
    with pytest.raises(KafkaException):
        checker.create(three, topic, config=bad)
    assert not three.partitions(topic)


# What readers see


def test_below_the_start_there_is_nothing_to_fetch_on_any_replica(three, topic):
    checker.create(three, topic)
    send(three, topic, 100)
    start = trim(three, topic)
    for node in three.nodes:
        with wire.Connection(node.address) as connection:
            below = connection.fetch(topic, 0, 0, wait_ms=0)
            assert (below.error, below.records, below.log_start) == (wire.OFFSET_OUT_OF_RANGE, b"", start)
            assert connection.list_offset(topic, 0, wire.EARLIEST) == start
            assert connection.fetch(topic, 0, start).records


def test_a_consumer_that_fell_behind_goes_on_where_the_log_begins(three, topic):
    """Its committed offset is gone; auto.offset.reset decides, as with any Kafka."""
    checker.create(three, topic)
    send(three, topic, 10)
    group = f"group-of-{topic}"
    assert [record["offset"] for record in clients.CONFLUENT.consume(three, topic, 5, group)] == list(range(5))
    send(three, topic, 100)
    start = trim(three, topic)
    rest = clients.CONFLUENT.consume(three, topic, 110 - start, group)
    assert [record["offset"] for record in rest] == list(range(start, 110))


def test_times_are_looked_up_in_what_is_left(three, topic):
    checker.create(three, topic, config={"retention.ms": HOUR_MS})
    old, fresh = now_ms() - 2 * HOUR_MS, now_ms()
    send(three, topic, 50, timestamp_ms=old)
    wait_trimmed(three, topic, lambda start: start == 50, "behind the old records")
    send(three, topic, 1, timestamp_ms=fresh)
    assert clients.CONFLUENT.offset(three, topic, old) == 50
    assert clients.CONFLUENT.offset(three, topic, fresh) == 50


# DeleteRecords


def delete_records(cluster, topic, before):
    """The new log start offset, as the client was told; KafkaException if refused."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap})
    where = TopicPartition(topic, 0, before)
    return admin.delete_records([where], request_timeout=30)[where].result(60).low_watermark


def test_records_are_deleted_on_request(three, topic):
    checker.create(three, topic)
    send(three, topic, 20, size=100)
    assert delete_records(three, topic, 7) == 7
    wait_trimmed(three, topic, lambda start: start == 7, "at 7")
    assert delete_records(three, topic, 3) == 7, "what is gone does not come back"
    assert [offset for offset, _ in checker.read_all(three, topic, 0, 20, 7)] == list(range(7, 20))
    with pytest.raises(KafkaException):
        delete_records(three, topic, 21)
    everything = -1
    assert delete_records(three, topic, everything) == 20
    wait_trimmed(three, topic, lambda start: start == 20, "at its end")
    send(three, topic, 1, size=100)
    assert end_of(three, topic) == 21


def test_what_was_deleted_stays_deleted(fresh_cluster, topic):
    """After the leader's death, after a restart of all, and for a replica that was away."""
    checker.create(fresh_cluster, topic)
    send(fresh_cluster, topic, 20, size=100)
    leader = fresh_cluster.node(fresh_cluster.partitions(topic)[0].leader)
    away = fresh_cluster.others(leader)[0]
    away.kill()
    assert delete_records(fresh_cluster, topic, 7) == 7
    leader.kill()
    fresh_cluster.start()
    wait_trimmed(fresh_cluster, topic, lambda start: start == 7, "at 7")
    for node in fresh_cluster.nodes:
        node.kill()
    fresh_cluster.start()
    fresh_cluster.wait_in_sync(topic)
    wait_trimmed(fresh_cluster, topic, lambda start: start == 7, "at 7")


# Under load and kill -9


def test_replicas_stay_equal_while_they_are_trimmed_and_killed(topic):
    with clusters.Cluster(3, settings=QUICK) as three:
        checker.create(three, topic, 3, config={"retention.bytes": 2 * MIB})
        with checker.Load(three, topic, 3, 600, record_bytes=10_000) as load:
            for victim in three.nodes:
                load.wait_for_more(2000, 60)
                victim.kill()
                load.wait_for_every_partition(60)
                load.wait_for_more(1000, 60)
                three.start()
                three.wait_in_sync(topic)
            until(lambda: min(log_starts(three, topic)) > 500, "the log was trimmed meanwhile")
        checker.verify(load, trimmed=True)


# The disk


def wait_for_disk(nodes, limit, what, seconds=60):
    until(
        lambda: all(node.wal_bytes() <= limit for node in nodes),
        lambda: f"{what}: at most {limit / MIB:.0f} MiB; it is {[f'{n.wal_bytes() / MIB:.0f} MiB' for n in nodes]}"
        f" and {[storage(node) for node in nodes]}",
        seconds,
    )


def storage(node):
    return node.admin("/admin/v1/storage") if node.is_answering() else None


def test_the_disk_stays_bounded_while_ten_times_more_is_written_and_one_topic_is_kept(topic):
    """Every WAL file holds something of the topic that is kept: what lives must not keep what is dead."""
    kept, busy = f"{topic}-kept", f"{topic}-busy"
    retained, slack = 4 * MIB, 10 * FILE
    with clusters.Cluster(3, settings=QUICK) as three:
        checker.create(three, kept, config={"retention.ms": -1})
        checker.create(three, busy, config={"retention.bytes": retained})
        highest = 0
        with checker.Load(three, kept, 1, 50) as keep, checker.Load(three, busy, 1, 500, record_bytes=20_000) as load:
            limit = retained + slack
            written, goal = 0, 10 * limit
            while written < goal:
                load.wait_for_more(MIB * 20 // 20_000, 90)
                written = len(load.acknowledged[0]) * 20_000
                highest = max(highest, *(node.wal_bytes() for node in three.nodes))
                what = f"{highest / MIB:.0f} MiB of disk after {written / MIB:.0f} MiB were written"
                assert highest < 3 * limit, f"{what}: {storage(three.nodes[0])}"
        print(f"{written / MIB:.0f} MiB written, never more than {highest / MIB:.0f} MiB of disk")
        wait_for_disk(three.nodes, limit, "the disk at the end")
        records = checker.verify(keep)
        checker.verify(load, trimmed=True)

        # What was moved out of the way of the purge is still there after a restart.
        for node in three.nodes:
            node.kill()
        three.start()
        assert checker.verify(keep) == records
        wait_for_disk(three.nodes, limit, "the disk after a restart")


def test_a_deleted_topic_frees_its_space(topic):
    keep, gone = f"{topic}-keep", f"{topic}-gone"
    with clusters.Cluster(3, settings=QUICK) as three:
        checker.create(three, keep)
        checker.create(three, gone, 3)
        with checker.Load(three, keep, 1, 20) as load:
            load.wait_for_more(20)
            checker.filled(three, gone, 3, 80 * MIB)
            until(lambda: all(node.wal_bytes() > 80 * MIB for node in three.nodes), "every node holds everything")
            clients.CONFLUENT.run(three, "delete", topic=gone)
            wait_for_disk(three.nodes, 10 * FILE, "the disk after the deletion")
        checker.verify(load)


def test_a_deleted_topic_frees_the_space_of_a_node_that_was_away(topic):
    gone = f"{topic}-gone"
    with clusters.Cluster(3, settings=QUICK) as three:
        checker.filled(three, checker.create(three, gone, 3), 3, 80 * MIB)
        away = three.nodes[0]
        away.kill()
        clients.CONFLUENT.run(three, "delete", topic=gone)
        three.start()
        wait_for_disk(three.nodes, 10 * FILE, "the disk after the deletion")


def test_a_replica_that_moved_away_frees_its_space(topic):
    with clusters.Cluster(4, settings=QUICK) as four:
        checker.create(four, topic)
        four.move(topic, 0, [1, 2, 3])
        four.wait_moved(topic, 0, [1, 2, 3])
        written = checker.filled(four, topic, 1, 60 * MIB)
        until(lambda: four.node(1).wal_bytes() > 60 * MIB, "the node holds everything")
        four.move(topic, 0, [4, 2, 3])
        four.wait_moved(topic, 0, [4, 2, 3])
        wait_for_disk([four.node(1)], 10 * FILE, "the disk of the node that it left")
        checker.verify(written)


def test_storage_says_what_the_wal_takes_and_what_pins_it(three, topic):
    checker.create(three, topic, config={"retention.ms": -1})
    send(three, topic, 20)
    for node in three.nodes:
        until(lambda: int(storage(node)["live_bytes"]) >= 20 * 50_000, lambda: f"all is there: {storage(node)}")
        told = storage(node)
        assert int(told["live_bytes"]) <= int(told["disk_bytes"])
        assert told["files"], "it lists its files"


def test_a_consumer_is_not_disturbed_by_the_purge_of_what_it_has_read(three, topic):
    """It reads on without a reset while the log is cut off behind it."""
    checker.create(three, topic, config={"retention.bytes": 2 * MIB})
    unread = MIB // 20_000  # records at most: half of what is kept
    with checker.Load(three, topic, 1, 300, record_bytes=20_000, limit=unread) as load:
        consumer = Consumer({
            "bootstrap.servers": three.bootstrap,
            "group.id": f"group-of-{topic}",
            "auto.offset.reset": "error",
            "check.crcs": True,
        })
        consumer.assign([TopicPartition(topic, 0, 0)])
        expected, deadline = 0, time.monotonic() + 90
        while expected < 1500:
            assert time.monotonic() < deadline, f"only {expected} records were read"
            for message in consumer.consume(500, 0.2):
                assert not message.error(), message.error()
                assert message.offset() == expected
                expected += 1
            load.limit = expected + unread
        consumer.close()
        wait_trimmed(three, topic, lambda start: start > 1000, "behind much of what was read")
    checker.verify(load, trimmed=True)
