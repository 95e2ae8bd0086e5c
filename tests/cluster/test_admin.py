"""The admin API: open health, all else for the key alone; and the tools that ask it."""

import os
import re
import stat
import subprocess
import urllib.error

import clients
import cluster as clusters
import pytest


def status_of(node, path, key):
    try:
        node.admin(path, key=key)
        return 200
    except urllib.error.HTTPError as error:
        return error.code


def test_health_is_open_and_all_else_wants_the_key(cluster):
    node = cluster.node(1)
    assert status_of(node, "/admin/health", None) == 200
    for path in ("/admin/status", "/admin/cluster/members"):
        assert status_of(node, path, None) == 401
        assert status_of(node, path, clusters.ADMIN_KEY + "x") == 401
        assert status_of(node, path, "") == 401
        assert status_of(node, path, clusters.ADMIN_KEY) == 200


def test_every_node_tells_the_whole_cluster(cluster, topic):
    clients.CONFLUENT.run(cluster, "create", topic=topic, partitions=3, replication=3)
    cluster.wait_in_sync(topic)
    real = cluster.partitions(topic)
    for node in cluster.nodes:
        status = node.admin("/admin/status")
        assert status["node_id"] == node.id
        assert status["leader_id"] in (1, 2, 3)
        assert status["is_leader"] == (status["leader_id"] == node.id)
        assert len(status["nodes"]) == 3
        told = {entry["partition"]: entry for entry in status["partitions"] if entry["topic"] == topic}
        assert sorted(told) == [0, 1, 2]
        for index, entry in told.items():
            assert entry["leader"] == real[index].leader
            assert sorted(entry["replicas"]) == sorted(entry["isr"]) == [1, 2, 3]
    assert len({node.admin("/admin/status")["leader_id"] for node in cluster.nodes}) == 1


def test_metrics_are_in_prometheus_format(cluster):
    text = cluster.node(1).admin("/metrics")
    assert re.search(r"^# TYPE \w+ (counter|gauge|histogram)$", text, re.M)
    assert re.search(r"^\w+(\{.*\})? [0-9.e+-]+$", text, re.M)


def test_the_status_command_shows_nodes_and_partitions(cluster, topic):
    clients.CONFLUENT.run(cluster, "create", topic=topic, partitions=1, replication=3)
    cluster.wait_in_sync(topic)
    node = cluster.node(2)
    server = clusters.server_binary()
    ctl = os.environ.get("CHRONIK_CTL", os.path.join(os.path.dirname(server), "chronikctl"))
    admin = ["--admin", f"http://127.0.0.1:{node.ports['admin']}"]
    for command in (
        [server, "cluster", "status", "--config", str(node.directory / "node.toml")],
        [ctl, "status", *admin],
    ):
        shown = subprocess.run(command, env=node.environment(), capture_output=True, text=True, timeout=30)
        assert shown.returncode == 0, shown.stderr
        assert "Nodes: 3" in shown.stdout
        assert re.search(r"^Leader: Node [123]", shown.stdout, re.M)
        for peer in cluster.nodes:
            assert f"Node {peer.id}: kafka={peer.address}" in shown.stdout
        assert re.search(rf"^ *{re.escape(topic)}-0: leader=[123], replicas=\[.*\], ISR=\[.*\]$", shown.stdout, re.M)

    keyless = {name: value for name, value in node.environment().items() if name != "CHRONIK_ADMIN_API_KEY"}
    refused = subprocess.run([ctl, "status", *admin], env=keyless, capture_output=True, text=True, timeout=30)
    assert refused.returncode != 0
    assert "CHRONIK_ADMIN_API_KEY" in refused.stderr, "the error says what to do"


class KeylessNode(clusters.Node):
    def environment(self):
        return {name: value for name, value in super().environment().items() if name != "CHRONIK_ADMIN_API_KEY"}


def test_a_key_is_made_once_kept_privately_and_logged():
    """Without a configured key the seeds' recipe works: grep the log for it."""
    with clusters.Cluster(1, KeylessNode) as alone:
        (node,) = alone.nodes
        key = logged_key(node)
        assert node.admin("/admin/status", key=key)["node_id"] == 1
        assert status_of(node, "/admin/status", None) == 401
        small = [path for path in (node.directory / "data").rglob("*") if path.is_file() and path.stat().st_size < 4096]
        holders = [path for path in small if key in path.read_text(errors="replace")]
        assert holders, "the key is kept in the data directory"
        assert {stat.S_IMODE(path.stat().st_mode) for path in holders} == {0o600}

        node.stop()
        alone.start()
        assert status_of(node, "/admin/status", key) == 200, "the same key after a restart"


def test_a_configured_key_is_never_logged(cluster):
    for node in cluster.nodes:
        log = node.log.read_text(errors="replace")
        assert clusters.ADMIN_KEY not in log
        assert "Admin API key:" not in log


def logged_key(node):
    (line,) = [line for line in node.log.read_text().splitlines() if "Admin API key:" in line]
    return line.split()[-1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("nod_id = 1\n", "nod_id"),
        ("replication_factor = 4\n", "replication_factor"),
        ("min_insync_replicas = 2\n", "min_insync_replicas"),
        ("node_id = 7\n", "node_id"),
    ],
)
def test_a_mistake_in_the_configuration_is_one_clear_error(tmp_path, change, said):
    good = {"enabled": "true", "node_id": "1", "replication_factor": "1", "min_insync_replicas": "1"}
    key, value = change.split(" = ")
    lines = [f"{name} = {text}" for name, text in (good | {key: value.strip()}).items()]
    lines += ["[[peers]]", "id = 1", 'kafka = "127.0.0.1:1"', 'wal = "127.0.0.1:2"', 'raft = "127.0.0.1:3"']
    config = tmp_path / "node.toml"
    config.write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        [clusters.server_binary(), "start", "--config", str(config)], capture_output=True, text=True, timeout=30, cwd=tmp_path
    )
    assert done.returncode == 2, done.stderr
    assert str(config) in done.stderr and said in done.stderr
    assert "panicked" not in done.stderr
