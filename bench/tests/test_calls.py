"""That records arrived is judged when every partition has a leader that says where it ends, and not before."""

import contextlib
import struct
from types import SimpleNamespace

import pytest

from chronikbench import calls
from chronikbench.waiting import Failed

import wire

CLUSTER = SimpleNamespace(nodes=[SimpleNamespace(id=1, address="one"), SimpleNamespace(id=2, address="two")])
UNKNOWN_TOPIC = 3


def list_offsets_answer(topic, ends):
    """What a node answers to ListOffsets v4. {partition: its error and its end offset}"""
    listed = b"".join(struct.pack(">ihqqi", n, error, -1, offset, 0) for n, (error, offset) in ends.items())
    return struct.pack(">ii", 0, 1) + wire.string(topic) + struct.pack(">i", len(ends)) + listed


@pytest.fixture
def leaders(monkeypatch):
    """Each look at the metadata shows the next of these leaders of two partitions; each node gives its own answer, node 1 that
    it leads nothing, node 2 that each ends at 5."""

    def install(*looks, answers=((wire.NOT_LEADER_OR_FOLLOWER, -1), (0, 5))):
        shown = iter(looks)
        answer_of = dict(zip(("one", "two"), answers, strict=True))

        def metadata(_node, _topic):
            return SimpleNamespace(partitions={n: SimpleNamespace(leader=leader) for n, leader in enumerate(next(shown))})

        @contextlib.contextmanager
        def connection(address, timeout):
            def call(_api, _version, body):
                asked = wire.Reader(body[5:])  # after the replica and the isolation level
                index = lambda: (asked.i32(), asked.i32(), asked.i64())[0]  # noqa: E731 - before its epoch and the time
                ((topic, indexes),) = asked.array(lambda: (asked.string(), asked.array(index)))
                return wire.Reader(list_offsets_answer(topic, dict.fromkeys(indexes, answer_of[address])))

            yield SimpleNamespace(call=call)

        monkeypatch.setattr(calls, "metadata", metadata)
        monkeypatch.setattr(wire, "Connection", connection)

    return install


def test_a_leader_that_moves_is_asked_for_again(leaders):
    leaders((1, 2), (-1, 2), (2, 2))
    calls.verify_arrived(CLUSTER, "t", 10)


def test_missing_records_fail_the_run(leaders):
    leaders((2, 2))
    with pytest.raises(Failed, match="11 records were acknowledged.*sum up to 10"):
        calls.verify_arrived(CLUSTER, "t", 11)


def test_a_leader_that_never_comes_fails_the_run(leaders):
    leaders((2, -1))
    with pytest.raises(Failed, match="not within 0 s: t-1 has a leader"):
        calls.end_offsets(CLUSTER, "t", seconds=0)


def test_any_other_refusal_fails_the_run_at_once(leaders):
    leaders((1, 1), answers=((UNKNOWN_TOPIC, -1), (0, 5)))
    with pytest.raises(Failed, match="the end offset of t-0: Kafka error 3"):
        calls.end_offsets(CLUSTER, "t")
