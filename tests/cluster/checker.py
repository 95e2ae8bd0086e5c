"""Knows every record that was acknowledged, and finds out what became of it.

The book is kept by the delivery callbacks of an idempotent acks=all producer
that never gives up on a record; so once it is flushed, each partition must
hold exactly the sequence that was sent to it: nothing missing, nothing
doubled, nothing reordered, nothing invented, and the same bytes on each
replica. Nodes may come and go meanwhile: whoever holds a partition when it is
verified is asked.
"""

import contextlib
import hashlib
import math
import random
import threading
import time

import wire
from cluster import until
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

FLUSH_SECONDS = 90


def create(cluster, topic, partitions=1, replication=3, config=None):
    """Creates a topic with these settings; every node knows it, and its replicas are in sync, on return."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap})
    settings = {name: str(value) for name, value in (config or {}).items()}
    admin.create_topics([NewTopic(topic, partitions, replication, config=settings)])[topic].result(60)
    cluster.wait_in_sync(topic)
    return topic


def payload(partition, sequence, size=None):
    """The value of one record: unique, and known again from its two numbers."""
    text = f"{partition}:{sequence}:"
    size = size or (4000 if sequence % 50 == 0 else 100)
    return (text + "x" * (size - len(text))).encode()


def parse(value, size=None):
    """(partition, sequence) of a payload; ValueError if it never was one."""
    partition, sequence, _ = value.decode().split(":")
    where = int(partition), int(sequence)
    if value != payload(*where, size):
        raise ValueError(f"the value of record {where} was altered: {value[:40]}…")
    return where


class Phase:
    """How long records took from produce() to their acknowledgement, of those sent between two moments."""

    def __init__(self, name):
        self.name, self.sent, self.latencies = name, 0, []

    def __str__(self):
        if not self.latencies:
            return f"{self.name}: no records"
        p50, p99, worst = (self.quantile(share) * 1000 for share in (0.5, 0.99, 1))
        return f"{self.name}: {len(self.latencies)} records, p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {worst:.0f} ms"

    def quantile(self, share):
        """Seconds that this share of the records did not exceed."""
        ranked = sorted(self.latencies)
        return ranked[min(int(share * len(ranked)), len(ranked) - 1)]


class Load:
    """Produces to all partitions of a topic, steadily, in a thread of its own, until stopped.

    It begins with the nodes that are there now, and is never told of others. `record_bytes` is the size of all
    records if it is given, `limit` how many are sent at most, `settings` what the producer is told besides."""

    def __init__(self, cluster, topic, partitions, records_per_second=1000, record_bytes=None, limit=math.inf, **settings):
        self.cluster, self.topic, self.partitions = cluster, topic, partitions
        self.record_bytes, self.limit = record_bytes, limit
        self.interval = 1 / records_per_second
        self.sent = [0] * partitions
        self.acknowledged = [[] for _ in range(partitions)]  # (sequence, offset), in the order of the acks
        self.errors = []
        self.current = Phase("all")
        self.ended, self.holding, self.held = threading.Event(), threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.producer = Producer({
            "bootstrap.servers": cluster.bootstrap,
            "acks": "all",
            "enable.idempotence": True,
            "message.timeout.ms": 0,
            "linger.ms": 2,
            "queue.buffering.max.kbytes": 64 << 10,
            "retry.backoff.ms": 20,
            "reconnect.backoff.ms": 20,
            "reconnect.backoff.max.ms": 200,
            "topic.metadata.refresh.fast.interval.ms": 20,
            "socket.timeout.ms": 5000,
            "request.timeout.ms": 5000,
            "log_level": 2,  # that nodes come and go is no news here
            **settings,
        })

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, failure, *_):
        self.ended.set()
        self.thread.join()
        if failure is None:
            self._flush()

    def _flush(self):
        left = self.producer.flush(FLUSH_SECONDS)
        assert not self.errors, f"the producer gave up: {self.errors[:3]}"
        assert left == 0, f"{left} records had no answer after {FLUSH_SECONDS} s"

    @contextlib.contextmanager
    def silence(self):
        """Nothing is sent and nothing is unanswered within: the moment to verify. Then the load goes on."""
        self.held.clear()
        self.holding.set()
        try:
            assert self.held.wait(FLUSH_SECONDS), f"the load does not pause: {self.errors[:3]}"
            self._flush()
            yield
        finally:
            self.holding.clear()

    @contextlib.contextmanager
    def phase(self, name, seconds=60):
        """Measures the records that are sent within, waits until each is answered, and prints what it took."""
        before, self.current = self.current, Phase(name)
        phase = self.current
        try:
            yield phase
        finally:
            self.current = before
        self._until(lambda: len(phase.latencies) >= phase.sent, f"the records of the phase '{name}' are answered", seconds)
        print(phase, flush=True)

    def _run(self):
        due = time.monotonic()
        while not self.ended.is_set() and not self.errors:
            if self.holding.is_set():
                self.held.set()
                self.ended.wait(0.01)
                continue
            self.held.clear()
            if sum(self.sent) >= self.limit:
                self.producer.poll(0.05)
                continue
            for partition in range(self.partitions):
                self._send(partition)
            due = max(due + self.interval * self.partitions, time.monotonic() - 1)
            self.producer.poll(max(0, due - time.monotonic()))

    def _send(self, partition):
        sequence, phase = self.sent[partition], self.current
        try:
            self.producer.produce(
                self.topic,
                payload(partition, sequence, self.record_bytes),
                partition=partition,
                on_delivery=lambda error, message: self._answered(partition, sequence, phase, error, message),
            )
            self.sent[partition] += 1
            phase.sent += 1
        except BufferError:
            self.producer.poll(0.05)  # the producer's queue is full: the nodes are behind

    def _answered(self, partition, sequence, phase, error, message):
        if error:
            self.errors.append(f"{self.topic}-{partition} record {sequence}: {error}")
        else:
            self.acknowledged[partition].append((sequence, message.offset()))
            phase.latencies.append(message.latency())

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


def filled(cluster, topic, partitions, size, record_bytes=50_000):
    """Writes `size` bytes as fast as they are taken; the load that did it has ended and can be verified."""
    records = size // record_bytes
    with Load(cluster, topic, partitions, 10_000, record_bytes, records) as load:
        load.wait_for_more(records, FLUSH_SECONDS)
    cluster.wait_in_sync(topic)
    return load


def verify(load, trimmed=False):
    """Compares the book with what every replica serves; the number of records. Call when the load has ended or is silent.

    `trimmed`: retention may have taken the oldest records. Else they must be there from offset 0 on."""
    cluster, topic, records = load.cluster, load.topic, 0
    cluster.wait_in_sync(topic)
    for partition in range(load.partitions):
        begin, end, log = read_between_trims(cluster, topic, partition)
        assert trimmed or begin == 0, f"{topic}-{partition} begins at {begin}, though nothing may be deleted"
        check_log(log, load, partition, begin)
        check_replicas(cluster, topic, partition, end)
        records += end - begin
    return records


def read_between_trims(cluster, topic, partition):
    """(begin, end, log) of a partition that nobody writes to; begins anew if retention cuts off what is being read."""
    for _ in range(10):
        begin, end = wait_for_equal_bounds(cluster, topic, partition)
        try:
            return begin, end, read_all(cluster, topic, partition, end, begin)
        except Trimmed:
            continue
    raise AssertionError(f"{topic}-{partition} is cut off again and again, though nobody writes to it")


def check_log(log, load, partition, begin=0):
    """`log`: [(offset, value)] as a consumer read it from `begin` on, against the book of one partition."""
    where = f"{load.topic}-{partition}"
    offsets = {}
    for offset, value in log:
        origin, sequence = parse(value, load.record_bytes)
        assert origin == partition, f"{where} holds a record of partition {origin} at {offset}"
        assert sequence < load.sent[partition], f"{where} holds record {sequence} at {offset}: never sent"
        assert sequence not in offsets, f"{where} doubled record {sequence}: {copies(load, partition, offsets[sequence], offset)}"
        offsets[sequence] = offset

    sequences = [sequence for sequence, _ in load.acknowledged[partition]]
    assert sequences == sorted(sequences), f"{where} acknowledged out of order: {first_disorder(sequences)}"
    acknowledged = [(sequence, offset) for sequence, offset in load.acknowledged[partition] if offset >= begin]
    missing = [(sequence, offset) for sequence, offset in acknowledged if sequence not in offsets]
    assert not missing, f"{where} lost {len(missing)} acknowledged records, first (sequence, offset): {missing[:5]}"
    moved = [(sequence, offset, offsets[sequence]) for sequence, offset in acknowledged if offsets[sequence] != offset]
    assert not moved, f"{where} has {len(moved)} records elsewhere than acknowledged (sequence, acked, found): {moved[:5]}"
    in_order = sorted(offsets, key=offsets.get)
    assert in_order == sorted(in_order), f"{where} reordered records: {first_disorder(in_order)}"


def copies(load, partition, *offsets):
    """Who wrote the batches at these offsets, to find out how one record came to both."""
    node = load.cluster.replicas(load.topic, partition)[0]
    log = wire.read_log(node.address, load.topic, partition, max(offsets) + 1, min(offsets))
    found = [(base, last, wire.producer_of(batch)) for base, last, batch in wire.whole_batches(log)]
    return [f"at {offset} in {batch}" for offset in offsets for batch in found if batch[0] <= offset <= batch[1]]


def first_disorder(sequences):
    return next((pair for pair in zip(sequences, sequences[1:]) if pair[0] > pair[1]), None)


class Trimmed(Exception):
    """The log no longer begins where it was to be read from."""


def read_all(cluster, topic, partition, end, begin=0):
    """[(offset, value)] from `begin` up to `end`, as a real consumer that checks each CRC gets them."""
    consumer = Consumer({
        "bootstrap.servers": cluster.bootstrap,
        "group.id": "checker",
        "enable.auto.commit": False,
        "check.crcs": True,
        "enable.partition.eof": True,
        "auto.offset.reset": "error",
    })
    consumer.assign([TopicPartition(topic, partition, begin)])
    log, deadline = [], time.monotonic() + 120
    while begin < end and (not log or log[-1][0] < end - 1):
        assert time.monotonic() < deadline, f"only {len(log)} of {end - begin} records of {topic}-{partition} were read in 120 s"
        for message in consumer.consume(10_000, 0.2):
            if not message.error():
                log.append((message.offset(), message.value()))
            elif message.error().code() == KafkaError._AUTO_OFFSET_RESET:
                raise Trimmed(f"{topic}-{partition} no longer has {begin}: {message.error()}")
    consumer.close()
    return log


def wait_for_equal_bounds(cluster, topic, partition):
    """(log start offset, high watermark) of a partition, once all its replicas know the same ones."""
    found = {}

    def equal():
        found.clear()
        try:
            found.update({node.id: bounds_at(node, topic, partition) for node in cluster.replicas(topic, partition)})
        except (KeyError, ValueError, OSError, wire.KafkaError) as error:
            found["error"] = error  # it has moved on since the node was named
        return len(set(found.values())) == 1 and "error" not in found

    until(equal, lambda: f"all replicas of {topic}-{partition} have the same bounds, which are {found}", 60)
    return next(iter(found.values()))


def bounds_at(node, topic, partition):
    """(log start offset, high watermark) as a node's own replica knows them."""
    with wire.Connection(node.address) as connection:
        return connection.bounds(topic, partition)


def check_replicas(cluster, topic, partition, end):
    """The logs of the nodes that hold the partition now, byte for byte, up to the high watermark `end`."""

    def logs():
        """[(node id, bytes)], unless the partition moved or was trimmed while it was read."""
        try:
            nodes = cluster.replicas(topic, partition)
            begin = max(bounds_at(node, topic, partition)[0] for node in nodes)
            read = [(node.id, wire.read_log(node.address, topic, partition, end, begin)) for node in nodes]
            trimmed = begin != max(bounds_at(node, topic, partition)[0] for node in nodes)
            return None if trimmed or nodes != cluster.replicas(topic, partition) else read
        except wire.KafkaError as error:
            if error.code not in (wire.OFFSET_OUT_OF_RANGE, wire.NOT_LEADER_OR_FOLLOWER):
                raise
            return None

    first, *others = until(logs, f"the replicas of {topic}-{partition} hold still while they are compared", 60)
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
