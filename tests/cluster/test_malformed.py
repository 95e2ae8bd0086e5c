"""Hostile bytes: an error or a closed connection, never a crash, never unbounded memory."""

import os
import random
import socket
import struct

import clients
import pytest
import wire
from cluster import Cluster

MAY_GROW = 64 << 20  # bytes of RSS; any of the lengths below, believed, would take gigabytes
HUGE = 0x7FFFFFFF


@pytest.fixture(scope="module")
def node():
    """A node of its own, in use: that it survives is the point, and what it holds from the start does not count."""
    with Cluster(1) as alone:
        clients.CONFLUENT.produce(alone, "warm-up", [(None, "value")])
        clients.CONFLUENT.consume(alone, "warm-up", 1)
        yield alone.nodes[0]


@pytest.fixture(autouse=True)
def survives(node):
    """After each attack the same process serves, and its memory is what it was."""
    with wire.Connection(node.address) as connection:
        connection.api_versions()
    process, before = node.process.pid, node.resident_bytes()
    yield
    assert node.is_running() and node.process.pid == process, node.log_tail()
    with wire.Connection(node.address) as connection:
        assert wire.PRODUCE in connection.api_versions()
    grown = node.resident_bytes() - before
    assert grown < MAY_GROW, f"the node grew by {grown >> 20} MiB"
    assert "panicked" not in node.log.read_text(errors="replace"), node.log_tail()


def dial(node):
    return socket.create_connection(("127.0.0.1", node.ports["kafka"]), timeout=10)


def frame(api, version, body, flexible=False):
    header = struct.pack(">hhi", api, version, 1) + wire.string("hostile") + (b"\0" if flexible else b"")
    payload = header + body
    return struct.pack(">i", len(payload)) + payload


def outcome(connection):
    """What came back until the node closed, or nothing more came: b"" is a close without a word."""
    connection.settimeout(2)
    try:
        return connection.recv(1 << 16)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("length", [-1, -(1 << 31), HUGE, 1 << 30, 0, 1, 7])
def test_a_false_frame_length_closes_the_connection(node, length):
    with dial(node) as connection:
        connection.sendall(struct.pack(">i", length) + b"\0" * max(0, min(length, 16)))
        if length in (HUGE, 1 << 30):
            # Too long to be believed: refused at once, not awaited.
            assert outcome(connection) == b""
        else:
            connection.shutdown(socket.SHUT_WR)
            assert outcome(connection) == b""


def test_many_connections_that_announce_much_and_send_little(node):
    """A hundred times 90 MiB announced: memory is for bytes that came, and others are served all the while."""
    before = node.resident_bytes()
    connections = [dial(node) for _ in range(100)]
    try:
        for connection in connections:
            try:
                connection.sendall(struct.pack(">i", 90 << 20) + b"\0" * 1000)
            except ConnectionError:
                pass  # more than this node takes at all: refused
            with wire.Connection(node.address) as another:
                another.api_versions()
        assert node.resident_bytes() - before < MAY_GROW
    finally:
        for connection in connections:
            connection.close()


HOSTILE_COUNTS = {
    "Metadata topics": frame(wire.METADATA, 8, struct.pack(">i", HUGE)),
    "Metadata topics, flexible": frame(wire.METADATA, 9, wire.uvarint(HUGE), flexible=True),
    "Metadata topics, five bytes of varint": frame(wire.METADATA, 12, b"\xff\xff\xff\xff\x0f", flexible=True),
    "Metadata topics, a varint without end": frame(wire.METADATA, 12, b"\xff" * 40, flexible=True),
    "Metadata tags": frame(wire.METADATA, 12, b"\1\1\0" + wire.uvarint(HUGE), flexible=True),
    "Produce topics": frame(wire.PRODUCE, 8, wire.string(None) + struct.pack(">hii", -1, 1000, HUGE)),
    "Produce partitions": frame(
        wire.PRODUCE, 8, wire.string(None) + struct.pack(">hii", -1, 1000, 1) + wire.string("t") + struct.pack(">i", HUGE)
    ),
    "Produce record bytes": frame(
        wire.PRODUCE,
        8,
        wire.string(None) + struct.pack(">hii", -1, 1000, 1) + wire.string("t") + struct.pack(">iii", 1, 0, HUGE),
    ),
    "Fetch topics": frame(wire.FETCH, 11, struct.pack(">iiiibiii", -1, 100, 1, 1 << 20, 0, 0, -1, HUGE)),
    "ListOffsets topics": frame(wire.LIST_OFFSETS, 4, struct.pack(">ibi", -1, 0, HUGE)),
    "OffsetCommit topics": frame(8, 2, wire.string("g") + struct.pack(">i", -1) + wire.string("") + struct.pack(">qi", -1, HUGE)),
    "OffsetFetch topics": frame(9, 1, wire.string("g") + struct.pack(">i", HUGE)),
    "JoinGroup protocols": frame(
        11, 0, wire.string("g") + struct.pack(">i", 10_000) + wire.string("") + wire.string("consumer") + struct.pack(">i", HUGE)
    ),
    "SyncGroup assignments": frame(14, 0, wire.string("g") + struct.pack(">i", 1) + wire.string("m") + struct.pack(">i", HUGE)),
    "CreateTopics topics": frame(19, 2, struct.pack(">i", HUGE)),
    "DeleteTopics names": frame(20, 1, struct.pack(">i", HUGE)),
    "negative count": frame(wire.LIST_OFFSETS, 4, struct.pack(">ibi", -1, 0, -5)),
    "string longer than the frame": frame(wire.METADATA, 8, struct.pack(">ih", 1, 0x7FFF) + b"short"),
}


@pytest.mark.parametrize("name", HOSTILE_COUNTS)
def test_a_hostile_count_is_checked_against_the_bytes_that_are_there(node, name):
    for _ in range(20):
        with dial(node) as connection:
            connection.sendall(HOSTILE_COUNTS[name])
            connection.shutdown(socket.SHUT_WR)
            answer = outcome(connection)
            assert len(answer) < 4096, "an error or a close, nothing else"


def test_unknown_apis_and_versions_do_not_end_the_node(node):
    for api, version in [(999, 0), (-1, 0), (wire.METADATA, 999), (wire.FETCH, -3), (wire.PRODUCE, 32767)]:
        with dial(node) as connection:
            connection.sendall(frame(api, version, b""))
            connection.shutdown(socket.SHUT_WR)
            outcome(connection)


def test_a_too_new_api_versions_is_answered_in_version_0_with_the_range(node):
    """KIP-511: error 35 and the versions that there are, so that the client can step down."""
    with dial(node) as connection:
        connection.sendall(frame(wire.API_VERSIONS, 99, b"", flexible=True))
        answer = wire.Reader(outcome(connection)[4:])
    assert answer.i32() == 1
    assert answer.i16() == 35
    ranges = {key: (low, high) for key, low, high in answer.array(lambda: (answer.i16(), answer.i16(), answer.i16()))}
    assert wire.API_VERSIONS in ranges


@pytest.mark.parametrize("port", ["kafka", "wal", "raft", "admin"])
def test_garbage_on_every_port(node, port):
    noise = random.Random(7)
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", node.ports[port]), timeout=10) as connection:
            try:
                connection.sendall(noise.randbytes(noise.randint(1, 20_000)))
            except (ConnectionResetError, BrokenPipeError):
                pass  # closed at the first wrong byte: as good


def test_every_prefix_of_a_valid_produce_is_survived(node):
    batch = wire.record_batch([b"value"] * 3)
    body = wire.string(None) + struct.pack(">hii", -1, 1000, 1) + wire.string("prefix")
    whole = frame(wire.PRODUCE, 8, body + struct.pack(">iii", 1, 0, len(batch)) + batch)[4:]
    for size in range(len(whole)):
        with dial(node) as connection:
            connection.sendall(struct.pack(">i", size) + whole[:size])
            connection.shutdown(socket.SHUT_WR)
            outcome(connection)


def test_a_valid_batch_with_any_byte_flipped_is_survived(node):
    batch = wire.record_batch([b"value"] * 3)
    with wire.Connection(node.address) as connection:
        connection.produce("flips", 0, batch)  # creates the topic
    for at in range(len(batch)):
        flipped = bytearray(batch)
        flipped[at] ^= 0xFF
        with wire.Connection(node.address) as connection:
            try:
                connection.produce("flips", 0, bytes(flipped))
            except ConnectionError:
                pass


def test_half_open_connections_are_no_burden(node):
    """Clients that send half a request and then nothing: the others are served all the same."""
    limit = 500
    halves = [dial(node) for _ in range(limit)]
    for connection in halves:
        connection.sendall(struct.pack(">i", 100) + os.urandom(50))
    with wire.Connection(node.address) as connection:
        assert connection.api_versions()
    for connection in halves:
        connection.close()


def test_a_client_that_never_reads_its_answers_is_not_buffered_without_end(node):
    with dial(node) as connection:
        connection.setblocking(False)
        request, sent = frame(wire.API_VERSIONS, 0, b""), 0
        try:
            while sent < 200 << 20:
                sent += connection.send(request * 1000)
        except BlockingIOError:
            pass  # the node pushes back: it stopped reading
        assert sent < 200 << 20, "200 MiB of requests were read although no answer was"


def test_a_real_client_is_served_after_all_that(node):
    class OneNode:
        bootstrap = node.address

    clients.CONFLUENT.produce(OneNode, "after-the-storm", [(None, "still here")])
    (record,) = clients.CONFLUENT.consume(OneNode, "after-the-storm", 1)
    assert record["value"] == "still here"
