"""That records arrived is judged when every partition has a leader that says where it ends, and not before."""

from types import SimpleNamespace

import pytest

from chronikbench import calls
from chronikbench.waiting import Failed

CLUSTER = SimpleNamespace(nodes=[SimpleNamespace(id=1, address="one"), SimpleNamespace(id=2, address="two")])


@pytest.fixture
def leaders(monkeypatch):
    """Each look at the metadata shows the next of these leaders of two partitions; node 1 says that it leads nothing."""

    def install(*looks):
        shown = iter(looks)

        def metadata(_node, _topic):
            return SimpleNamespace(partitions={n: SimpleNamespace(leader=leader) for n, leader in enumerate(next(shown))})

        def end_offsets_at(address, topic, indexes):
            if address == "one":
                raise calls.Moving(f"the leader of {topic}-{indexes[0]} tells its end offset")
            return 5 * len(indexes)

        monkeypatch.setattr(calls, "metadata", metadata)
        monkeypatch.setattr(calls, "_end_offsets_at", end_offsets_at)

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
