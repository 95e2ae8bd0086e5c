"""Three chronik-server processes with the configuration that a user would write: addresses, RF 3 and min ISR 2."""

import os

from chronikbench.process import Process
from chronikbench.systems.cluster import SIZE, Cluster, Node
from chronikbench.waiting import free_ports

ADMIN_KEY = "the-key-of-the-benchmark"
PEER_SERVICES = ("kafka", "wal", "raft")


class Chronik(Cluster):
    """Chronik; it always fsyncs before it acknowledges."""

    name = "chronik"
    told = "defaults; every acknowledgement after the fsync of a quorum"

    def prepare(self):
        ports = iter(free_ports(4 * SIZE))
        for node_id in range(1, SIZE + 1):
            directory = self.directory / f"node{node_id}"
            directory.mkdir()
            node = Node(node_id, directory, {service: next(ports) for service in (*PEER_SERVICES, "admin")})
            command = [self.options.server, "start", "--config", directory / "node.toml"]
            node.process = Process(command, node.log, directory, environment())
            self.nodes.append(node)
        for node in self.nodes:
            (node.directory / "node.toml").write_text(self.configuration(node))

    def configuration(self, node):
        lines = [
            "enabled = true",
            f"node_id = {node.id}",
            f'data_dir = "{node.data}"',
            f"replication_factor = {SIZE}",
            "min_insync_replicas = 2",
            "[bind]",
            f'admin = "{node.at("admin")}"',
        ]
        for peer in self.nodes:
            lines += ["[[peers]]", f"id = {peer.id}"]
            lines += [f'{service} = "{peer.at(service)}"' for service in PEER_SERVICES]
        return "\n".join(lines) + "\n"


def environment():
    """What was inherited, less what would configure a node behind the file's back."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHRONIK_")}
    return inherited | {"CHRONIK_ADMIN_API_KEY": ADMIN_KEY}
