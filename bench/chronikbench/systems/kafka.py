"""Three Apache Kafka processes, each broker and KRaft controller, with Kafka's own defaults.

The values below the line "as shipped" are those of config/server.properties of
4.3; what differs from them is what three nodes on one machine need, and RF 3
with min ISR 2. The heap is kafka-server-start.sh's.
"""

import base64
import concurrent.futures
import uuid

from chronikbench import java
from chronikbench.process import Process, output_of
from chronikbench.systems.cluster import SIZE, Cluster, Node
from chronikbench.waiting import free_ports

PROPERTIES = """\
process.roles=broker,controller
node.id={id}
controller.quorum.voters={voters}
listeners=PLAINTEXT://{kafka},CONTROLLER://{controller}
advertised.listeners=PLAINTEXT://{kafka}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
share.coordinator.state.topic.replication.factor=3
share.coordinator.state.topic.min.isr=2
# as shipped
num.network.threads=3
num.io.threads=8
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600
num.partitions=1
num.recovery.threads.per.data.dir=1
log.retention.hours=168
log.segment.bytes=1073741824
log.retention.check.interval.ms=300000
"""


class Kafka(Cluster):
    """Kafka as it ships: acknowledges when the in-sync replicas have a record in their page caches."""

    name = "kafka"
    told = "as it ships, -Xmx1G -Xms1G; acknowledges from the page cache"
    extra = ""

    def prepare(self):
        ports = iter(free_ports(2 * SIZE))
        for node_id in range(1, SIZE + 1):
            directory = self.directory / f"node{node_id}"
            directory.mkdir()
            node = Node(node_id, directory, {"kafka": next(ports), "controller": next(ports)})
            command = java.command(java.BROKER, "kafka.Kafka", directory / "server.properties")
            node.process = Process(command, node.log, directory)
            self.nodes.append(node)
        for node in self.nodes:
            (node.directory / "server.properties").write_text(self.configuration(node))
        self.format()

    def configuration(self, node):
        voters = ",".join(f"{voter.id}@{voter.at('controller')}" for voter in self.nodes)
        addresses = {"kafka": node.at("kafka"), "controller": node.at("controller")}
        return PROPERTIES.format(id=node.id, voters=voters, data=node.data, **addresses) + self.extra

    def format(self):
        """Kafka wants its directories formatted before the first start; no time that is measured."""
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")

        def format_one(node):
            file = node.directory / "server.properties"
            arguments = ["format", f"--cluster-id={cluster_id}", "--config", file]
            output_of(java.command(java.SMALL_TOOL, "kafka.tools.StorageTool", *arguments), 120, "StorageTool")

        with concurrent.futures.ThreadPoolExecutor(SIZE) as pool:
            list(pool.map(format_one, self.nodes))


class KafkaFsync(Kafka):
    """Kafka that flushes each append to a log before it goes on."""

    name = "kafka-fsync"
    told = "as kafka, with log.flush.interval.messages=1"
    extra = "# not as shipped\nlog.flush.interval.messages=1\n"
