"""What Prometheus reads: a cluster under a little load shows every metric that docs/metrics.md describes, and no other."""

import re

import clients
import cluster as clusters
import pytest
from cluster import until

REFERENCE = clusters.REPOSITORY / "docs" / "metrics.md"
# There is no snapshot before the metadata log has been purged, which a short test does not see, and no certificate
# without TLS.
SELDOM = {"chronik_raft_snapshot_size_bytes", "chronik_admin_certificate_expiry_timestamp_seconds"}


def load(cluster, topic):
    clients.KCAT.produce(cluster, topic, [(None, str(n)) for n in range(500)])
    clients.CONFLUENT.consume(cluster, topic, 500, group=topic)
    cluster.wait_in_sync(topic)


def documented():
    """{name: labels}"""
    rows = re.findall(r"^\| `(\w+)` \| \w+ \| ([^|]*) \|", REFERENCE.read_text(), re.M)
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


def samples(node):
    """[(name, labels, value)] that the node shows."""
    lines = [line for line in node.admin("/metrics", key=None).splitlines() if not line.startswith("#")]
    found = [re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups() for line in lines]
    return [(name, dict(re.findall(r'(\w+)="([^"]*)"', labels or "")), float(value)) for name, labels, value in found]


def value(node, name, **labels):
    """The one value of that name and these labels; None if there is none."""
    found = [number for known, its, number in samples(node) if known == name and labels.items() <= its.items()]
    assert len(found) <= 1, f"{name} {labels}: {found}"
    return found[0] if found else None


def family(name, known):
    """The documented family of a sample, which a histogram shows in parts."""
    return name if name in known else re.sub(r"_(bucket|sum|count)$", "", name)


def test_every_documented_metric_is_there_and_no_other(cluster, topic):
    load(cluster, topic)
    known = documented()
    assert known, f"{REFERENCE} describes nothing"

    def shown():
        """{family: labels} of all nodes together."""
        found = {}
        for node in cluster.nodes:
            for name, labels, _ in samples(node):
                found.setdefault(family(name, known), set()).update(set(labels) - {"le"})
        return found

    # A new leader has to look at its followers once before it can say for how long they have been behind.
    until(lambda: set(known) - set(shown()) <= SELDOM, lambda: f"shown are {set(known) - set(shown())} too")
    found = shown()
    assert found == {name: known.get(name) for name in found}


def test_what_is_measured_is_true(cluster, topic):
    load(cluster, topic)

    def offsets(node, name):
        return sum(number for its, labels, number in samples(node) if its == name and labels.get("topic") == topic)

    for node in cluster.nodes:
        until(lambda: offsets(node, "chronik_high_watermark") == 500, lambda: f"{node} shows 500 records")
        assert offsets(node, "chronik_log_start_offset") == 0
        assert value(node, "chronik_cluster_nodes") == 3
        for state in ("leaderless", "under_replicated", "under_min_isr"):
            until(lambda: value(node, f"chronik_partitions_{state}") == 0, f"no partition is {state}")
        assert value(node, "chronik_partition_metrics_omitted") == 0
        assert 0 < value(node, "chronik_disk_free_bytes") <= value(node, "chronik_disk_total_bytes")
        assert value(node, "chronik_process_cpu_seconds_total") > 0
        assert abs(value(node, "chronik_process_resident_bytes") / node.resident_bytes() - 1) < 0.5
        assert value(node, "chronik_process_open_fds") > 10
        for peer in cluster.others(node):
            assert value(node, "chronik_raft_rpc_errors_total", peer=str(peer.id)) is not None
    assert any(name == "chronik_raft_rpc_latency_ms_count" and n > 0 for node in cluster.nodes for name, _, n in samples(node))
    for lag in ("entries", "ms"):
        name = f"chronik_raft_follower_lag_{lag}"
        until(lambda: sum(offsets(node, name) for node in cluster.nodes) == 0, f"{name} of a quiet topic is 0")


@pytest.mark.kills
def test_a_lost_node_shows_in_the_numbers(fresh_cluster, topic):
    load(fresh_cluster, topic)
    lost, *alive = fresh_cluster.nodes
    lost.kill()

    def errors():
        return sum(value(node, "chronik_raft_rpc_errors_total", peer=str(lost.id)) for node in alive)

    for node in alive:
        until(lambda: value(node, "chronik_partitions_under_replicated") > 0, f"{node} misses a replica")
        until(lambda: value(node, "chronik_partitions_leaderless") == 0, f"{node} knows all leaders")
    before = errors()
    clients.KCAT.produce(fresh_cluster, topic, [(None, "more")])
    until(lambda: errors() > before, "Raft messages to the lost node fail")
