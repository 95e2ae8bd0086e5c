"""The tasks with `chronikctl`."""

import pathlib

from chronikbench.systems.chronik import ADMIN_KEY, PEER_SERVICES, Chronik, environment
from chronikbench.systems.cluster import Node
from chronikbench.process import Process
from chronikbench.tasks import stage
from chronikbench.tasks.shell import Shell
from chronikbench.waiting import free_ports


class ChronikOperator:
    """One who has `chronikctl` and a context for the cluster (here by variables)."""

    cluster_class = Chronik

    def __init__(self, cluster):
        self.cluster = cluster
        self.ctl = pathlib.Path(cluster.options.ctl)
        admin = ",".join(f"http://{node.at('admin')}" for node in cluster.nodes)
        self.environment = environment() | {"CHRONIK_ADMIN_URL": admin, "CHRONIK_ADMIN_API_KEY": ADMIN_KEY}

    def shell(self):
        return Shell(self.cluster.directory, self.environment)

    def group_lag(self, shell):
        told = shell.run(self.ctl, "group", "describe", stage.GROUP)
        assert str(stage.RECORDS - stage.RECORDS // 2) in told, told

    def move_leader(self, shell, to):
        shell.run(self.ctl, "partition", "transfer-leader", f"{stage.TOPIC}-0", "--to", to, "--yes")
        shell.until(lambda: stage.leader(self.cluster, 0) == to, f"node {to} leads {stage.TOPIC}-0")

    def drain(self, shell, node_id):
        shell.run(self.ctl, "node", "drain", node_id, "--yes")
        shell.until(lambda: stage.leads_nothing(self.cluster, node_id), f"node {node_id} leads nothing")

    def undrain(self, node_id):
        self.shell().run(self.ctl, "node", "undrain", node_id, "--yes")

    def who_changed_what(self, shell):
        told = shell.run(self.ctl, "audit")
        assert "partition.transfer" in told or "leader" in told, told

    def unhealthy(self, shell):
        # It ends with 10 where something is wrong, which is the answer.
        told = shell.run("sh", "-c", f"'{self.ctl}' health || [ $? = 10 ]")
        assert "node_down" in told, told

    def lagging(self, shell):
        told = shell.run(self.ctl, "partition", "list", "--topic", stage.TOPIC, "--sort", "lag")
        assert f"{stage.TOPIC}" in told, told

    def replace(self, shell, dead, new_id):
        new = self.new_node(shell, new_id)
        where = [option for service in PEER_SERVICES for option in (f"--{service}", new.at(service))]
        shell.run(self.ctl, "add-node", new_id, *where, "--admin-addr", new.at("admin"))
        new.process.start()
        shell.until(lambda: new_id in stage.brokers(self.cluster), f"node {new_id} has joined")
        shell.run(self.ctl, "remove-node", dead.id, "--force", "--yes")
        self.cluster.nodes.append(new)
        ids = {node.id for node in self.cluster.nodes if node is not dead}
        shell.until(lambda: stage.lives_on(self.cluster, ids), f"all replicas are in sync on {ids}")

    def new_node(self, shell, new_id):
        ports = iter(free_ports(4))
        directory = self.cluster.directory / f"node{new_id}"
        directory.mkdir()
        node = Node(new_id, directory, {service: next(ports) for service in (*PEER_SERVICES, "admin")})
        command = [self.cluster.options.server, "start", "--config", directory / "node.toml"]
        node.process = Process(command, node.log, directory, environment())
        itself = ["[[peers]]", f"id = {new_id}", *(f'{service} = "{node.at(service)}"' for service in PEER_SERVICES)]
        shell.file(f"node{new_id}/node.toml", self.cluster.configuration(node) + "\n".join(itself) + "\n")
        return node
