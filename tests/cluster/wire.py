"""A tiny Kafka client that talks to exactly the node it is told to.

Real clients go to the leader; the tests that ask "what does *this* node hold,
and what does *this* node answer" need to choose. Source of the layouts:
Kafka's message definitions (Produce 10, Fetch 11, ListOffsets 4, Metadata 8,
ElectLeaders 1, AlterPartitionReassignments 0 and ListPartitionReassignments 0).
"""

import dataclasses
import itertools
import socket
import struct
import time

PRODUCE, FETCH, LIST_OFFSETS, METADATA, API_VERSIONS = 0, 1, 2, 3, 18
ELECT_LEADERS, ALTER_PARTITION_REASSIGNMENTS, LIST_PARTITION_REASSIGNMENTS = 43, 45, 46
EARLIEST, LATEST = -2, -1
PREFERRED = 0
OFFSET_OUT_OF_RANGE = 1
NOT_LEADER_OR_FOLLOWER = 6
REQUEST_TIMED_OUT = 7
NOT_ENOUGH_REPLICAS = 19
INVALID_REPLICA_ASSIGNMENT = 39
NOT_CONTROLLER = 41
PREFERRED_LEADER_NOT_AVAILABLE = 80
NO_REASSIGNMENT_IN_PROGRESS = 85


class KafkaError(Exception):
    """A Kafka error code where success was expected."""

    def __init__(self, what, code):
        super().__init__(f"{what}: Kafka error {code}")
        self.code = code


@dataclasses.dataclass
class Partition:
    error: int
    leader: int
    epoch: int
    replicas: list
    isr: list


@dataclasses.dataclass
class Metadata:
    brokers: dict  # node id -> "host:port"
    partitions: dict  # index -> Partition


@dataclasses.dataclass
class Fetched:
    error: int
    high_watermark: int
    log_start: int
    records: bytes


@dataclasses.dataclass
class Reassignment:
    replicas: list  # all that take part now
    adding: list
    removing: list


@dataclasses.dataclass
class Produced:
    error: int
    base_offset: int
    leader: int  # the current leader that the node names (KIP-951), or None
    epoch: int


class Reader:
    """Reads Kafka's primitive types from bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        chunk = self.data[self.at : self.at + size]
        if len(chunk) < size:
            raise ValueError(f"the answer ends {size - len(chunk)} bytes early")
        self.at += size
        return chunk

    def number(self, code):
        return struct.unpack(">" + code, self.take(struct.calcsize(code)))[0]

    def i8(self):
        return self.number("b")

    def i16(self):
        return self.number("h")

    def i32(self):
        return self.number("i")

    def i64(self):
        return self.number("q")

    def string(self):
        size = self.i16()
        return None if size < 0 else self.take(size).decode()

    def array(self, item):
        return [item() for _ in range(max(self.i32(), 0))]

    def compact_numbers(self):
        return self.compact_array(self.i32)

    def uvarint(self):
        value = 0
        for shift in itertools.count(0, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value

    def compact_string(self):
        size = self.uvarint() - 1
        return None if size < 0 else self.take(size).decode()

    def compact_array(self, item):
        return [item() for _ in range(max(self.uvarint() - 1, 0))]

    def tags(self):
        fields = {}
        for _ in range(self.uvarint()):
            tag = self.uvarint()
            fields[tag] = self.take(self.uvarint())
        return fields


def string(text):
    return struct.pack(">h", -1) if text is None else struct.pack(">h", len(text)) + text.encode()


def uvarint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def compact_string(text):
    return uvarint(0) if text is None else uvarint(len(text) + 1) + text.encode()


def compact_array(items):
    """Items that are bytes already; None is Kafka's null array."""
    return uvarint(0) if items is None else uvarint(len(items) + 1) + b"".join(items)


class Connection:
    """One connection to one node; requests one after another."""

    def __init__(self, address, timeout=10):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self.correlation = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send_frame(self, payload):
        self.socket.sendall(struct.pack(">i", len(payload)) + payload)

    def receive_frame(self):
        (size,) = struct.unpack(">i", self._receive(4))
        return self._receive(size)

    def _receive(self, size):
        chunks = bytearray()
        while len(chunks) < size:
            chunk = self.socket.recv(min(size - len(chunks), 1 << 20))
            if not chunk:
                raise ConnectionError("the node closed the connection")
            chunks += chunk
        return bytes(chunks)

    def call(self, api, version, body, flexible=False):
        """Sends one request and returns a Reader of the answer's body."""
        self.correlation += 1
        header = struct.pack(">hhi", api, version, self.correlation) + string("wire.py")
        self.send_frame(header + (b"\0" if flexible else b"") + body)
        answer = Reader(self.receive_frame())
        if answer.i32() != self.correlation:
            raise ValueError("the answer belongs to another request")
        if flexible:
            answer.tags()
        return answer

    def api_versions(self):
        """{api key: (min, max)}"""
        answer = self.call(API_VERSIONS, 0, b"")
        code = answer.i16()
        if code:
            raise KafkaError("ApiVersions", code)
        return {key: (low, high) for key, low, high in answer.array(lambda: (answer.i16(), answer.i16(), answer.i16()))}

    def metadata(self, topic):
        answer = self.call(METADATA, 8, struct.pack(">i", 1) + string(topic) + b"\0\0\0")
        answer.i32()

        def broker():
            node, host, port, _rack = answer.i32(), answer.string(), answer.i32(), answer.string()
            return node, f"{host}:{port}"

        def partition():
            error, index, leader, epoch = answer.i16(), answer.i32(), answer.i32(), answer.i32()
            replicas, isr, _offline = (answer.array(answer.i32) for _ in range(3))
            return index, Partition(error, leader, epoch, replicas, isr)

        def topic_of():
            error, _name, _internal = answer.i16(), answer.string(), answer.i8()
            partitions = dict(answer.array(partition))
            answer.i32()
            return error, partitions

        brokers = dict(answer.array(broker))
        answer.string(), answer.i32()
        ((error, partitions),) = answer.array(topic_of)
        if error:
            raise KafkaError(f"Metadata of {topic}", error)
        return Metadata(brokers, partitions)

    def brokers(self):
        """{node id: "host:port"} as this node tells its clients."""
        answer = self.call(METADATA, 8, struct.pack(">i", 0) + b"\0\0\0")
        answer.i32()

        def broker():
            node, host, port, _rack = answer.i32(), answer.string(), answer.i32(), answer.string()
            return node, f"{host}:{port}"

        return dict(answer.array(broker))

    def reassign(self, topic, partition, replicas, timeout_ms=10_000):
        """Asks for other replicas, the preferred leader first; None cancels what is under way. Returns the error code."""
        wanted = None if replicas is None else [struct.pack(">i", node) for node in replicas]
        of_partition = struct.pack(">i", partition) + compact_array(wanted) + b"\0"
        of_topic = compact_string(topic) + compact_array([of_partition]) + b"\0"
        body = struct.pack(">i", timeout_ms) + compact_array([of_topic]) + b"\0"
        answer = self.call(ALTER_PARTITION_REASSIGNMENTS, 0, body, flexible=True)
        answer.i32()
        error, _message = answer.i16(), answer.compact_string()

        def told():
            _index, code, _message, _tags = answer.i32(), answer.i16(), answer.compact_string(), answer.tags()
            return code

        topics = answer.compact_array(lambda: (answer.compact_string(), answer.compact_array(told), answer.tags()))
        if error:
            return error
        ((_, (code,), _),) = topics
        return code

    def reassignments(self, timeout_ms=10_000):
        """{(topic, partition): Reassignment} of all that is being moved."""
        body = struct.pack(">i", timeout_ms) + compact_array(None) + b"\0"
        answer = self.call(LIST_PARTITION_REASSIGNMENTS, 0, body, flexible=True)
        answer.i32()
        error, _message = answer.i16(), answer.compact_string()

        def moving():
            index = answer.i32()
            reassignment = Reassignment(*(answer.compact_numbers() for _ in range(3)))
            answer.tags()
            return index, reassignment

        topics = answer.compact_array(lambda: (answer.compact_string(), answer.compact_array(moving), answer.tags()))
        if error:
            raise KafkaError("ListPartitionReassignments", error)
        return {(topic, index): found for topic, partitions, _ in topics for index, found in partitions}

    def elect_preferred(self, topic, partition, timeout_ms):
        """Asks for the preferred replica to lead. Returns the error code."""
        body = struct.pack(">bi", PREFERRED, 1) + string(topic) + struct.pack(">ii", 1, partition)
        answer = self.call(ELECT_LEADERS, 1, body + struct.pack(">i", timeout_ms))
        answer.i32()
        error = answer.i16()

        def elected():
            _index, code, _message = answer.i32(), answer.i16(), answer.string()
            return code

        topics = answer.array(lambda: (answer.string(), answer.array(elected)))
        if error:
            return error
        ((_, (code,)),) = topics
        return code

    def bounds(self, topic, partition):
        """(log start offset, high watermark) as this node's own replica knows them."""
        fetched = self.fetch(topic, partition, 0, max_bytes=1, wait_ms=0)
        if fetched.error not in (0, OFFSET_OUT_OF_RANGE):
            raise KafkaError(f"Fetch of {topic}-{partition}", fetched.error)
        return fetched.log_start, fetched.high_watermark

    def fetch(self, topic, partition, offset, max_bytes=4 << 20, wait_ms=100):
        """Whole batches as this node's own log holds them, from the one with `offset` on."""
        body = struct.pack(">iiiibii", -1, wait_ms, 1, max_bytes, 0, 0, -1)
        body += struct.pack(">i", 1) + string(topic) + struct.pack(">i", 1)
        body += struct.pack(">iiqqi", partition, -1, offset, -1, max_bytes)
        answer = self.call(FETCH, 11, body + struct.pack(">i", 0) + string(""))
        answer.i32()
        code = answer.i16()
        answer.i32()
        if code:
            raise KafkaError("Fetch", code)

        def fetched():
            _index, error, high, _stable, start = answer.i32(), answer.i16(), answer.i64(), answer.i64(), answer.i64()
            answer.array(lambda: (answer.i64(), answer.i64()))
            answer.i32()
            return Fetched(error, high, start, answer.take(max(answer.i32(), 0)))

        ((_, (result,)),) = answer.array(lambda: (answer.string(), answer.array(fetched)))
        return result

    def list_offset(self, topic, partition, timestamp):
        body = struct.pack(">ib", -1, 0) + struct.pack(">i", 1) + string(topic)
        body += struct.pack(">iiiq", 1, partition, -1, timestamp)
        answer = self.call(LIST_OFFSETS, 4, body)
        answer.i32()

        def listed():
            _index, error, _timestamp, offset, _epoch = answer.i32(), answer.i16(), answer.i64(), answer.i64(), answer.i32()
            return error, offset

        ((_, ((error, offset),)),) = answer.array(lambda: (answer.string(), answer.array(listed)))
        if error:
            raise KafkaError("ListOffsets", error)
        return offset

    def produce(self, topic, partition, batch, acks=-1, timeout_ms=5000):
        body = compact_string(None) + struct.pack(">hi", acks, timeout_ms)
        body += uvarint(2) + compact_string(topic) + uvarint(2) + struct.pack(">i", partition)
        body += uvarint(len(batch) + 1) + batch + b"\0\0\0"
        answer = self.call(PRODUCE, 10, body, flexible=True)

        def produced():
            _index, error, base = answer.i32(), answer.i16(), answer.i64()
            answer.i64(), answer.i64()
            answer.compact_array(lambda: (answer.i32(), answer.compact_string(), answer.tags()))
            answer.compact_string()
            tags = answer.tags()
            hint = Reader(tags[0]) if 0 in tags else None
            return Produced(error, base, hint.i32() if hint else None, hint.i32() if hint else None)

        def topic_of():
            answer.compact_string()
            partitions = answer.compact_array(produced)
            answer.tags()
            return partitions

        ((result,),) = answer.compact_array(topic_of)
        return result


def _crc32c_table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


CRC32C = tuple(_crc32c_table())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def zigzag(value):
    return uvarint(value << 1 if value >= 0 else (-value << 1) - 1)


def record_batch(values, timestamp_ms=None, producer=(-1, -1, -1)):
    """An uncompressed batch (magic 2) of records without keys, of this moment unless told.

    `producer`: its id, its epoch and the sequence number of the first record; -1: not idempotent."""
    records = b""
    for delta, value in enumerate(values):
        record = b"\0" + zigzag(0) + zigzag(delta) + zigzag(-1) + zigzag(len(value)) + value + zigzag(0)
        records += zigzag(len(record)) + record
    now = int(time.time() * 1000) if timestamp_ms is None else timestamp_ms
    checked = struct.pack(">hiqqqhii", 0, len(values) - 1, now, now, *producer, len(values)) + records
    return struct.pack(">qiibI", 0, len(checked) + 9, -1, 2, crc32c(checked)) + checked


def whole_batches(data):
    """(base offset, last offset, raw bytes) of every batch that is there in full."""
    at = 0
    while at + 61 <= len(data):
        base, size = struct.unpack_from(">qi", data, at)
        end = at + 12 + size
        if end > len(data):
            return
        (last_delta,) = struct.unpack_from(">i", data, at + 23)
        yield base, base + last_delta, data[at:end]
        at = end


def producer_of(batch):
    """(producer id, epoch, base sequence) of a batch."""
    return struct.unpack_from(">qhi", batch, 43)


def read_log(address, topic, partition, end, begin=0):
    """The raw bytes of a replica's log from `begin`, or where it starts, up to `end`, read from that node alone."""
    log = bytearray()
    with Connection(address) as connection:
        offset = max(begin, connection.bounds(topic, partition)[0])
        while offset < end:
            fetched = connection.fetch(topic, partition, offset)
            if fetched.error:
                raise KafkaError(f"Fetch of {topic}-{partition} at {address}", fetched.error)
            before = offset
            for base, last, batch in whole_batches(fetched.records):
                if base >= end:
                    return bytes(log)
                log += batch
                offset = last + 1
            if offset == before:
                raise ValueError(f"{address} serves nothing of {topic}-{partition} at {offset}, below {end}")
    return bytes(log)
