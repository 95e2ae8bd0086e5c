"""The other ways to start a node: with no configuration at all, and with the older [cluster] form."""

import socket
import subprocess

import clients
import cluster as clusters


class StandaloneNode(clusters.Node):
    """`chronik-server start` alone: the default ports, data in ./data."""

    def __init__(self, node_id, directory):
        super().__init__(node_id, directory)
        self.ports = {"kafka": 9092, "admin": 10001}

    def write_config(self, peers):
        pass

    def command(self):
        return [clusters.server_binary(), "start"]

    def start(self):
        for port in self.ports.values():
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port)), f"something else listens on port {port} of this machine"
        super().start()


class SeedFormNode(clusters.Node):
    """`chronik-server cluster`, the file named by CHRONIK_CONFIG."""

    def write_config(self, peers):
        address = f"127.0.0.1:{self.ports['raft']}"
        (self.directory / "node.toml").write_text(f"""
data_dir = "{self.directory}/data"
replication_factor = {len(peers)}
min_insync_replicas = 1

[bind]
kafka = "{self.address}"
admin = "127.0.0.1:{self.ports["admin"]}"

[cluster]
enabled = true
node_id = {self.id}
node_addr = "{address}"
advertised_node_addr = "{address}"
seed_nodes = []
""")

    def command(self):
        return [clusters.server_binary(), "cluster"]

    def environment(self):
        return super().environment() | {"CHRONIK_CONFIG": str(self.directory / "node.toml")}


def test_the_version_is_one_line():
    shown = subprocess.run([clusters.server_binary(), "version"], capture_output=True, text=True, timeout=10, check=True).stdout
    assert shown.startswith("chronik-server ") and len(shown.splitlines()) == 1


def test_a_standalone_node_needs_no_configuration(topic):
    with clusters.Cluster(1, StandaloneNode) as alone:
        clients.KCAT.produce(alone, topic, [(None, "one"), (None, "two")])
        (node,) = alone.nodes
        assert alone.partitions(topic)[0].replicas == [node.id]
        node.kill()
        alone.start()
        assert [record["value"] for record in clients.KCAT.consume(alone, topic, 2)] == ["one", "two"]
        assert (node.directory / "data").is_dir()


def test_the_first_node_of_the_older_form_founds_a_cluster(topic):
    with clusters.Cluster(1, SeedFormNode) as alone:
        clients.CONFLUENT.produce(alone, topic, [(None, "value")])
        assert clients.CONFLUENT.consume(alone, topic, 1)[0]["value"] == "value"
        (member,) = alone.node(1).admin("/admin/cluster/members")["members"]
        assert (member["node_id"], member["kafka"]) == (1, alone.node(1).address)
