"""The tasks with the tools that Apache Kafka ships, as its documentation tells to do them."""

import json
import re

from chronikbench import java
from chronikbench.paths import TESTS
from chronikbench.process import Process
from chronikbench.systems.cluster import Node
from chronikbench.systems.kafka import Kafka
from chronikbench.tasks import stage
from chronikbench.tasks.shell import Shell
from chronikbench.waiting import free_ports

OFFSETS = "__consumer_offsets"


class KafkaOperator:
    """One who knows which of the tools tells what."""

    cluster_class = Kafka

    def __init__(self, cluster):
        self.cluster = cluster

    def shell(self):
        return Shell(self.cluster.directory)

    def tool(self, shell, name, *arguments):
        return shell.run(TESTS / "bin" / name, "--bootstrap-server", self.cluster.bootstrap, *arguments)

    def group_lag(self, shell):
        told = self.tool(shell, "kafka-consumer-groups", "--describe", "--group", stage.GROUP)
        assert str(stage.RECORDS - stage.RECORDS // 2) in told, told

    def reassign(self, shell, assignment):
        """Writes a plan, has it carried out, and asks until it is."""
        plan = shell.file("plan.json", json.dumps({"version": 1, "partitions": assignment}))
        self.tool(shell, "kafka-reassign-partitions", "--reassignment-json-file", plan, "--execute")
        while "in progress" in self.tool(
            shell, "kafka-reassign-partitions", "--reassignment-json-file", plan, "--verify"
        ):
            pass

    def move_leader(self, shell, to):
        """Only the preferred leader can be made the leader: so it has to be another one first."""
        self.tool(shell, "kafka-topics", "--describe", "--topic", stage.TOPIC)
        replicas = stage.partitions(self.cluster)[0].replicas
        order = [to, *(node for node in replicas if node != to)]
        self.reassign(shell, [{"topic": stage.TOPIC, "partition": 0, "replicas": order}])
        election = ("--election-type", "preferred", "--topic", stage.TOPIC, "--partition", "0")
        self.tool(shell, "kafka-leader-election", *election)
        shell.until(lambda: stage.leader(self.cluster, 0) == to, f"node {to} leads {stage.TOPIC}-0")

    def drain(self, shell, node_id):
        """The node is put last in every partition, and preferred leaders are elected. (A node that is stopped hands its
        leaderships over by itself; here it shall go on running.)"""
        self.tool(shell, "kafka-topics", "--describe")
        self.reassign(shell, [*self.without_lead(stage.TOPIC, node_id), *self.without_lead(OFFSETS, node_id)])
        self.tool(shell, "kafka-leader-election", "--election-type", "preferred", "--all-topic-partitions")
        shell.until(lambda: stage.leads_nothing(self.cluster, node_id), f"node {node_id} leads nothing")

    def without_lead(self, topic, node_id):
        for index, partition in stage.partitions(self.cluster, topic).items():
            order = sorted(partition.replicas, key=lambda node: node == node_id)
            if order != list(partition.replicas):
                yield {"topic": topic, "partition": index, "replicas": order}

    def undrain(self, node_id):
        """Nothing: that the order was another one before, nobody has kept."""

    who_changed_what = None  # no tool tells it; brokers log it if an authorizer is set up, each for itself

    def unhealthy(self, shell):
        for question in ("--unavailable-partitions", "--under-min-isr-partitions", "--under-replicated-partitions"):
            told = self.tool(shell, "kafka-topics", "--describe", question)
        assert stage.TOPIC in told, told
        # Which broker it is: the one that is not listed.
        assert len(re.findall(r"id: \d+ rack", self.tool(shell, "kafka-broker-api-versions"))) == 2

    def lagging(self, shell):
        """`size` and `offsetLag` of every replica of every living broker, as JSON."""
        told = self.tool(shell, "kafka-log-dirs", "--describe", "--topic-list", stage.TOPIC)
        assert "offsetLag" in told, told

    def replace(self, shell, dead, new_id):
        new = self.new_node(shell, new_id)
        new.process.start()
        self.cluster.nodes.append(new)
        ids = sorted(node.id for node in self.cluster.nodes if node is not dead)
        shell.until(lambda: new_id in stage.brokers(self.cluster), f"broker {new_id} is registered")
        topics = [{"topic": stage.TOPIC}, {"topic": OFFSETS}]
        wanted = shell.file("topics.json", json.dumps({"version": 1, "topics": topics}))
        where = ("--broker-list", ",".join(map(str, ids)), "--topics-to-move-json-file", wanted)
        told = self.tool(shell, "kafka-reassign-partitions", "--generate", *where)
        proposed = json.loads(told.split("Proposed partition reassignment configuration")[1])
        self.reassign(shell, proposed["partitions"])
        shell.until(lambda: stage.lives_on(self.cluster, set(ids)), f"all replicas are in sync on {ids}")

    def new_node(self, shell, new_id):
        ports = iter(free_ports(2))
        directory = self.cluster.directory / f"node{new_id}"
        directory.mkdir()
        node = Node(new_id, directory, {"kafka": next(ports), "controller": next(ports)})
        # The voters of the controllers stay who they are.
        text = self.cluster.configuration(node).replace("process.roles=broker,controller", "process.roles=broker")
        text = text.replace(f",CONTROLLER://{node.at('controller')}", "")
        file = shell.file(f"node{new_id}/server.properties", text)
        formatting = ("format", f"--cluster-id={self.cluster_id()}", "--config", file)
        shell.run(*java.command(java.SMALL_TOOL, "kafka.tools.StorageTool", *formatting))
        node.process = Process(java.command(java.BROKER, "kafka.Kafka", file), node.log, directory)
        return node

    def cluster_id(self):
        known = (self.cluster.nodes[0].data / "meta.properties").read_text()
        return re.search(r"^cluster\.id=(.*)$", known, re.M)[1]
