"""Knows every record that was acknowledged, and finds out what became of it.

The book is kept by the delivery callbacks of an idempotent acks=all producer
that never gives up on a record; so once it is flushed, each partition must
hold exactly the sequence that was sent to it: nothing missing, nothing
doubled, nothing reordered, nothing invented, and the same bytes on each node.
"""

import hashlib
import random
import threading
import time

import wire
from cluster import until
from confluent_kafka import Consumer, Producer, TopicPartition

FLUSH_SECONDS = 90


def payload(partition, sequence):
    """The value of one record: unique, and known again from its two numbers."""
    text = f"{partition}:{sequence}:"
    size = 4000 if sequence % 50 == 0 else 100
    return (text + "x" * (size - len(text))).encode()


def parse(value):
    """(partition, sequence) of a payload; ValueError if it never was one."""
    partition, sequence, _ = value.decode().split(":")
    where = int(partition), int(sequence)
    if value != payload(*where):
        raise ValueError(f"the value of record {where} was altered: {value[:40]}…")
    return where


class Load:
    """Produces to all partitions of a topic, steadily, in a thread of its own, until stopped."""

    def __init__(self, cluster, topic, partitions, records_per_second=1000):
        self.cluster, self.topic, self.partitions = cluster, topic, partitions
        self.interval = 1 / records_per_second
        self.sent = [0] * partitions
        self.acknowledged = [[] for _ in range(partitions)]  # (sequence, offset), in the order of the acks
        self.errors = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.producer = Producer({
            "bootstrap.servers": cluster.bootstrap,
            "acks": "all",
            "enable.idempotence": True,
            "message.timeout.ms": 0,
            "linger.ms": 2,
            "retry.backoff.ms": 20,
            "reconnect.backoff.ms": 20,
            "reconnect.backoff.max.ms": 200,
            "topic.metadata.refresh.fast.interval.ms": 20,
            "socket.timeout.ms": 5000,
            "request.timeout.ms": 5000,
            "log_level": 2,  # that nodes come and go is no news here
        })

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, failure, *_):
        self.ended.set()
        self.thread.join()
        if failure is None:
            left = self.producer.flush(FLUSH_SECONDS)
            assert not self.errors, f"the producer gave up: {self.errors[:3]}"
            assert left == 0, f"{left} records had no answer {FLUSH_SECONDS} s after the load ended"

    def _run(self):
        due = time.monotonic()
        while not self.ended.is_set() and not self.errors:
            for partition in range(self.partitions):
                self._send(partition)
            due = max(due + self.interval * self.partitions, time.monotonic() - 1)
            self.producer.poll(max(0, due - time.monotonic()))

    def _send(self, partition):
        sequence = self.sent[partition]
        try:
            self.producer.produce(
                self.topic,
                payload(partition, sequence),
                partition=partition,
                on_delivery=lambda error, message: self._answered(partition, sequence, error, message),
            )
            self.sent[partition] += 1
        except BufferError:
            self.producer.poll(0.05)  # the producer's queue is full: the nodes are behind

    def _answered(self, partition, sequence, error, message):
        if error:
            self.errors.append(f"{self.topic}-{partition} record {sequence}: {error}")
        else:
            self.acknowledged[partition].append((sequence, message.offset()))

    def wait_for_more(self, records, seconds=30):
        """Until that many further records are acknowledged, whichever the partition."""
        goal = sum(map(len, self.acknowledged)) + records
        self._until(lambda: sum(map(len, self.acknowledged)) >= goal, f"{records} further records acknowledged", seconds)

    def wait_for_every_partition(self, seconds=30):
        """Until each partition acknowledged a record that was sent after this call; the seconds that took."""
        begin, goals = time.monotonic(), list(self.sent)

        def behind():
            return [index for index, goal in enumerate(goals) if not self._acknowledged_after(index, goal)]

        self._until(lambda: not behind(), "every partition accepts records again", seconds)
        return time.monotonic() - begin

    def _acknowledged_after(self, partition, sequence):
        return self.acknowledged[partition] and self.acknowledged[partition][-1][0] >= sequence

    def _until(self, condition, what, seconds):
        until(lambda: condition() or self.errors, what, seconds)
        assert not self.errors, f"the producer gave up: {self.errors[:3]}"


def verify(load):
    """Compares the book with what every node serves; returns the number of records. Call when the load has ended."""
    cluster, topic = load.cluster, load.topic
    cluster.wait_in_sync(topic)
    ends = [wait_for_equal_high_watermarks(cluster, topic, partition) for partition in range(load.partitions)]
    for partition, end in enumerate(ends):
        check_log(read_all(cluster, topic, partition, end), load, partition)
        check_replicas(cluster, topic, partition, end)
    return sum(ends)


def check_log(log, load, partition):
    """`log`: [(offset, value)] as a consumer read it, against the book of one partition."""
    where = f"{load.topic}-{partition}"
    offsets = {}
    for offset, value in log:
        origin, sequence = parse(value)
        assert origin == partition, f"{where} holds a record of partition {origin} at {offset}"
        assert sequence < load.sent[partition], f"{where} holds record {sequence} at {offset}: never sent"
        assert sequence not in offsets, f"{where} doubled record {sequence}: at {offsets[sequence]} and {offset}"
        offsets[sequence] = offset

    acknowledged = load.acknowledged[partition]
    missing = [(sequence, offset) for sequence, offset in acknowledged if sequence not in offsets]
    assert not missing, f"{where} lost {len(missing)} acknowledged records, first (sequence, offset): {missing[:5]}"
    moved = [(sequence, offset, offsets[sequence]) for sequence, offset in acknowledged if offsets[sequence] != offset]
    assert not moved, f"{where} has {len(moved)} records elsewhere than acknowledged (sequence, acked, found): {moved[:5]}"
    in_order = sorted(offsets, key=offsets.get)
    assert in_order == sorted(in_order), f"{where} reordered records: {first_disorder(in_order)}"
    sequences = [sequence for sequence, _ in acknowledged]
    assert sequences == sorted(sequences), f"{where} acknowledged out of order: {first_disorder(sequences)}"


def first_disorder(sequences):
    return next((pair for pair in zip(sequences, sequences[1:]) if pair[0] > pair[1]), None)


def read_all(cluster, topic, partition, end):
    """[(offset, value)] below `end`, as a real consumer that checks each CRC gets them."""
    consumer = Consumer({
        "bootstrap.servers": cluster.bootstrap,
        "group.id": "checker",
        "enable.auto.commit": False,
        "check.crcs": True,
        "enable.partition.eof": True,
    })
    consumer.assign([TopicPartition(topic, partition, 0)])
    log, deadline = [], time.monotonic() + 120
    while not log or log[-1][0] < end - 1:
        assert time.monotonic() < deadline, f"{topic}-{partition} was read up to {len(log)} of {end} records in 120 s"
        for message in consumer.consume(10_000, 0.2):
            if not message.error():
                log.append((message.offset(), message.value()))
    consumer.close()
    return log


def wait_for_equal_high_watermarks(cluster, topic, partition):
    """The high watermark of a partition, once all replicas know the same one."""

    def marks():
        found = set()
        for node in cluster.nodes:
            with wire.Connection(node.address) as connection:
                fetched = connection.fetch(topic, partition, 0, max_bytes=1, wait_ms=0)
                found.add((fetched.error, fetched.high_watermark))
        return found

    until(lambda: len(marks()) == 1, f"all replicas of {topic}-{partition} have the same high watermark", 60)
    ((error, end),) = marks()
    assert error == 0, f"{topic}-{partition} answers Fetch with error {error}"
    return end


def check_replicas(cluster, topic, partition, end):
    """Every node's own log, byte for byte, up to the high watermark `end`."""
    first, *others = [(node.id, wire.read_log(node.address, topic, partition, end)) for node in cluster.nodes]
    for node_id, log in others:
        assert log == first[1], (
            f"{topic}-{partition} differs between node {first[0]} ({describe(first[1])}) and node {node_id} ({describe(log)}), "
            f"first at batch {first_difference(first[1], log)}"
        )


def describe(log):
    return f"{len(log)} bytes, sha256 {hashlib.sha256(log).hexdigest()[:12]}"


def first_difference(one, other):
    for left, right in zip(wire.whole_batches(one), wire.whole_batches(other)):
        if left != right:
            return f"{left[:2]} against {right[:2]}: {left[2][:61].hex()} / {right[2][:61].hex()}"
    return "where the shorter one ends"


def random_moment():
    """How many acknowledgements to let pass before the next blow."""
    return random.randint(50, 600)
