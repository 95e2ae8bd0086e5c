"""Clusters of real chronik-server processes, on free ports and in a directory of their own.

Nothing here waits for a time: every wait is for a condition, with a limit, and
a failure shows what the nodes logged.
"""

import contextlib
import itertools
import pathlib
import random
import re
import shutil
import tempfile
import urllib.error

import wire

# What the tests use of a node they find here too.
from node import ADMIN_KEY, OPERATION_SECONDS, READY_SECONDS, REPOSITORY, Node, Refused, ctl_binary, merged, server_binary, until

__all__ = [
    "ADMIN_KEY",
    "OPERATION_SECONDS",
    "REPOSITORY",
    "SMALL_FILES",
    "UNDER_WAY",
    "UNHURRIED",
    "Cluster",
    "Node",
    "Refused",
    "ctl_binary",
    "merged",
    "server_binary",
    "until",
]
# The smallest WAL files that default record batches fit into: what is dead is soon a whole file.
SMALL_FILES = {"cluster.storage": {"wal_segment_size": 4 << 20}}
# For what is not about failures: where the machine is busy, no node shall be taken for dead.
UNHURRIED = {"cluster.raft": {"election_timeout_ms": 3000}}
UNDER_WAY = ("planning", "moving", "removing")  # the states of an operation that has not ended


class Cluster:
    """Nodes that know each other. Use as a context manager: the end kills what runs and removes the data.

    `nodes` is what is in the cluster now; `removed` what was.
    """

    living = []  # for the report of a failed test

    def __init__(self, size=3, node_class=None, settings=None, first_id=1):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="chronik-test-"))
        self.node_class, self.settings = node_class or Node, settings
        self.directories = itertools.count(1)
        self.nodes, self.removed = [], []
        for node_id in range(first_id, first_id + size):
            self.nodes.append(self.make_node(node_id))
        for node in self.nodes:
            node.write_config(self.nodes)

    def make_node(self, node_id, node_class=None, settings=None):
        """A node with a directory of its own, neither configured nor started."""
        directory = self.directory / f"node{node_id}"
        if directory.exists():
            directory = self.directory / f"node{node_id}-{next(self.directories)}"
        directory.mkdir()
        node = (node_class or self.node_class)(node_id, directory)
        node.settings = merged(node.settings, self.settings, settings)
        return node

    def __enter__(self):
        Cluster.living.append(self)
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def start(self):
        """Starts what does not run, and returns when every node is ready."""
        for node in self.nodes:
            if not node.is_running():
                node.start()
        self.wait_ready(*self.nodes)

    def wait_ready(self, *nodes):
        try:
            for node in nodes:
                until(node.is_ready, lambda node=node: f"node {node.id} is ready: {node.health()}", READY_SECONDS)
        except (TimeoutError, RuntimeError) as error:
            raise RuntimeError(f"{error}\n{self.leaderless()}\n{self.log_tails()}") from error

    def leaderless(self):
        """The partitions without a leader, as each node that answers sees it."""

        def seen_by(node):
            try:
                return [entry for entry in node.admin("/admin/status")["partitions"] if entry["leader"] is None]
            except OSError as error:
                return str(error)

        return "\n".join(f"node {node.id} sees no leader of {seen_by(node)}" for node in self.answering)

    def close(self):
        if self in Cluster.living:
            Cluster.living.remove(self)
        for node in self.nodes + self.removed:
            if node.is_running():
                node.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def bootstrap(self):
        return ",".join(node.address for node in self.nodes)

    @property
    def ids(self):
        return [node.id for node in self.nodes]

    @property
    def answering(self):
        """The nodes whose process runs and is not paused."""
        return [node for node in self.nodes if node.is_answering()]

    def node(self, node_id):
        (found,) = [node for node in self.nodes if node.id == node_id]
        return found

    def others(self, node):
        return [other for other in self.nodes if other is not node]

    def any_node(self, *but):
        """A random node that answers and is none of these."""
        return random.choice([node for node in self.answering if node not in but])

    # What the cluster looks like

    def partitions(self, topic, ask=None):
        """{index: wire.Partition} as a node that answers sees them; {} if none does."""
        for node in [ask] if ask else self.answering:
            try:
                with wire.Connection(node.address) as connection:
                    return connection.metadata(topic).partitions
            except (OSError, wire.KafkaError):
                continue
        return {}

    def replicas(self, topic, partition):
        """The nodes that hold a partition now, the preferred leader first."""
        return [self.node(node_id) for node_id in self.partitions(topic)[partition].replicas]

    def leader(self, topic, partition=0):
        """The node that leads a partition, once there is one."""
        led_by = lambda: max(self.partitions(topic)[partition].leader, 0)
        return self.node(until(led_by, f"{topic}-{partition} has a leader"))

    def wait_in_sync(self, topic, seconds=60):
        """Until every node agrees on the leaders and sees every replica in sync."""

        def agreed():
            views = [self.partitions(topic, ask=node) for node in self.nodes]
            # A node that has just come back may still know what was before it left: all of them count.
            return views[0] and all(
                index in view
                and view[index].error == 0
                and view[index].leader == partition.leader
                and set(view[index].isr) == set(view[index].replicas)
                for view in views
                for index, partition in views[0].items()
            )

        until(agreed, f"all nodes agree on {topic} and its replicas are in sync", seconds)

    def status(self, ask=None):
        return ask.admin("/admin/status") if ask else self.request("/admin/status")

    def metadata_leader(self):
        """The node that leads the metadata, once the nodes that answer agree on one that is among them."""

        def agreed():
            try:
                leaders = {node.admin("/admin/status")["leader_id"] for node in self.answering}
            except OSError:
                return None
            return len(leaders) == 1 and [node for node in self.answering if node.id in leaders]

        return until(agreed, "the nodes agree on the leader of the metadata")[0]

    def reassignments(self):
        """{(topic, partition): wire.Reassignment} of all that is being moved, as one node sees it."""

        def ask():
            try:
                with wire.Connection(self.any_node().address) as connection:
                    return [connection.reassignments()]
            except (OSError, wire.KafkaError):
                return None

        return until(ask, "a node lists the reassignments")[0]

    def wait_settled(self, seconds=OPERATION_SECONDS):
        """Until nothing is being moved, and every node sees exactly these nodes, each partition led and in sync."""
        until(lambda: not self.unrest(), lambda: f"the cluster is at rest: {self.unrest()}", seconds)

    def unrest(self):
        """What keeps the cluster from being at rest; empty if it is."""
        try:
            running = self.running_operation()
            if running:
                return f"operation {running} is under way"
            for node in self.nodes:
                unrest = self._unrest_seen_by(node)
                if unrest:
                    return f"node {node.id} sees {unrest}"
        except (OSError, TimeoutError, Refused, wire.KafkaError) as error:
            return f"{type(error).__name__}: {error}"
        return ""

    def _unrest_seen_by(self, node):
        status = node.admin("/admin/status")
        seen = sorted(entry["node_id"] for entry in status["nodes"] if entry["alive"])
        members = [entry for entry in status["nodes"] if entry["state"] != "invited"]
        if seen != sorted(self.ids) or len(seen) != len(members):
            return f"nodes {seen} alive of {len(members)}, expected {sorted(self.ids)}"
        for entry in status["partitions"]:
            replicas = set(entry["replicas"])
            if entry["leader"] not in replicas or set(entry["isr"]) != replicas or not replicas <= set(seen):
                return f"partition {entry}"
        roles = {entry["node_id"]: entry["role"] for entry in node.admin("/admin/cluster/members")["members"]}
        if sorted(roles) != seen or "learner" in roles.values():
            return f"the roles in the metadata group {roles}"
        with wire.Connection(node.address) as connection:
            return connection.reassignments()

    # Changing its shape

    def request(self, path, body=None, seconds=30):
        """What any node answers to a GET, or to a POST of `body`. Refused if it refuses; who cannot say is asked again."""

        def ask():
            try:
                return [self.any_node().admin(path, body=body, timeout=30 if body else 5)]
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise Refused(error) from error
                return None
            except OSError:
                return None

        return until(ask, f"a node answers {path}", seconds)[0]

    def new_node(self, node_id=None, node_class=None, settings=None):
        """A node that knows of the present ones, with the next id that was never used; not yet added, nor started."""
        if node_id is None:
            node_id = 1 + max(node.id for node in self.nodes + self.removed)
        node = self.make_node(node_id, node_class, settings)
        node.write_config([*self.nodes, node])
        return node

    def invitation(self, node):
        """The arguments of the command that adds a node."""
        addresses = [("--kafka", "kafka"), ("--wal", "wal"), ("--raft", "raft"), ("--admin-addr", "admin")]
        return ["add-node", node.id, *itertools.chain(*((flag, node.at(service)) for flag, service in addresses))]

    def invite(self, node, via=None):
        """`chronik-server cluster add-node`; what it printed."""
        done = (via or self.any_node(node)).cli(*self.invitation(node), seconds=60)
        assert done.returncode == 0, f"add-node {node.id} failed with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def invite_over_http(self, node):
        """POST /admin/add-node, asked of any node until one can say; what it answered."""
        body = {"node_id": node.id} | {f"{service}_addr": node.at(service) for service in ("kafka", "wal", "raft", "admin")}
        return self.request("/admin/add-node", body, 60)

    def add_node(self, node_id=None, settings=None, over_http=False):
        """Adds one more node and starts it; it is ready, and known to all that answer, on return."""
        node = self.new_node(node_id, settings=settings)
        (self.invite_over_http if over_http else self.invite)(node)
        self.join(node)
        return node

    def join(self, node):
        """Starts a node that was added."""
        self.nodes.append(node)
        if not node.is_running():
            node.start()
        self.wait_ready(node)
        self.wait_known(node)

    @contextlib.contextmanager
    def knocking(self, node):
        """Runs a node that is not of the cluster, and ends it unless it came to be meanwhile."""
        node.start()
        try:
            yield node
        finally:
            if node not in self.nodes:
                if node.is_running():
                    node.kill()
                self.removed.append(node)

    def wait_known(self, node):
        """Until every node that answers tells clients and operators of this one."""

        def unaware():
            return [other for other in self.answering if not self._knows(other, node)]

        until(lambda: not unaware(), lambda: f"{unaware()} know of {node}", 60)

    @staticmethod
    def _knows(asked, node):
        try:
            told = {entry["node_id"]: entry["kafka"] for entry in asked.admin("/admin/status")["nodes"]}
            with wire.Connection(asked.address) as connection:
                return told.get(node.id) == connection.brokers().get(node.id) == node.address
        except OSError:
            return False

    def operations(self):
        """All operations that are remembered, as the admin API shows them."""
        return self.request("/admin/v1/operations")["operations"]

    def running_operation(self):
        """The operation that is under way, or None."""
        return next((view for view in self.operations() if view["state"] in UNDER_WAY), None)

    def operation(self, operation_id):
        """An operation as a node sees it; None if that node has not heard of it yet."""
        try:
            return self.request(f"/admin/v1/operations/{operation_id}")
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise

    def start_operation(self, path, seconds=OPERATION_SECONDS, **body):
        """Starts an operation as soon as no other one runs; the first view of it."""

        def start():
            try:
                return self.request(path, body)
            except Refused as refusal:
                if refusal.code != "operation_running":
                    raise
                return None

        return until(start, f"{path} {body} can begin", seconds)

    def command(self, *arguments, via=None, seconds=OPERATION_SECONDS):
        """Runs `chronik-server cluster ARGUMENTS`, once no operation is in its way; what it printed."""

        def run():
            done = (via or self.any_node()).cli(*arguments, seconds=seconds)
            in_the_way = done.returncode == 1 and re.search(r"operation \d+.* (runs|running|under way)", done.stderr)
            return None if in_the_way else done

        done = until(run, f"{arguments} can begin", seconds)
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def wait_operation(self, operation, seconds=OPERATION_SECONDS, state="done"):
        """Until the operation has ended, as it should; the last view of it."""
        view = operation

        def has_ended():
            nonlocal view
            view = self.operation(operation["operation_id"]) or view
            return view["state"] not in UNDER_WAY

        until(has_ended, lambda: f"operation ended: {view}", seconds)
        assert view["state"] == state, f"the operation should be {state}: {view}"
        return view

    def begin_removal(self, node, force=False):
        """POST /admin/remove-node, once no other operation runs."""
        try:
            return self.start_operation("/admin/remove-node", node_id=node.id, force=force)
        except Refused as refusal:
            # A request that was repeated because its answer was lost comes too late.
            begun = [view for view in self.operations() if (view["kind"], view.get("node_id")) == ("remove_node", node.id)]
            if refusal.code != "unknown_node" or not begun:
                raise
            return max(begun, key=lambda view: int(view["operation_id"]))

    def finish_removal(self, node, operation, seconds=OPERATION_SECONDS, statuses=(0,)):
        """Until the node is out and its process has ended by itself, with one of these statuses."""
        view = self.wait_operation(operation, seconds)
        status = node.ended()
        assert status in statuses, f"the removed node {node.id} ended with {status}\n{node.log_tail()}"
        self.forget(node)
        return view

    def remove_node(self, node, force=False, seconds=OPERATION_SECONDS):
        """Takes a node out, a dead one with force; returns when nothing is left to be done for it."""
        operation = self.begin_removal(node, force)
        if force:
            self.forget(node)
            return self.wait_operation(operation, seconds)
        return self.finish_removal(node, operation, seconds)

    def forget(self, node):
        """The node is no longer in the cluster."""
        self.nodes.remove(node)
        self.removed.append(node)

    def wipe(self, node):
        """Empties the data directory of a node that does not run, and names it the present nodes."""
        assert not node.is_running()
        shutil.rmtree(node.data)
        node.write_config(self.nodes)

    def replace(self, node, over_http=False):
        """Takes a dead node out by force and adds a new one; the new one."""
        self.remove_node(node, force=True)
        return self.add_node(over_http=over_http)

    def rebalance(self, seconds=OPERATION_SECONDS, **body):
        """POST /admin/rebalance, and waits for its end; the last view of the operation."""
        return self.wait_operation(self.start_operation("/admin/rebalance", **body), seconds)

    def move(self, topic, partition, replicas, errors=(0,)):
        """AlterPartitionReassignments at any node (None cancels); the error code, one of those that are expected."""
        again = (wire.NOT_CONTROLLER, wire.REQUEST_TIMED_OUT)

        def ask():
            try:
                with wire.Connection(self.any_node().address) as connection:
                    code = connection.reassign(topic, partition, replicas)
            except OSError:
                return None
            return None if code in again else [code]

        (code,) = until(ask, f"a node takes the move of {topic}-{partition} to {replicas}")
        assert code in errors, f"the move of {topic}-{partition} to {replicas} is refused with error {code}"
        return code

    def wait_moved(self, topic, partition, replicas, seconds=OPERATION_SECONDS):
        """Until exactly these replicas hold the partition, in sync, and nothing of it moves, as every node sees it."""

        def behind(node):
            try:
                with wire.Connection(node.address) as connection:
                    seen = connection.metadata(topic).partitions[partition]
                    moving = (topic, partition) in connection.reassignments()
            except (OSError, wire.KafkaError) as error:
                return str(error)
            return moving or seen.replicas != replicas or set(seen.isr) != set(replicas)

        def late():
            return {node: self.partitions(topic, ask=node).get(partition) for node in self.answering if behind(node)}

        until(lambda: not late(), lambda: f"{topic}-{partition} is on {replicas}; {late()}", seconds)

    def log_tails(self):
        """The last lines of all logs; of nodes that were removed, the newest few."""
        shown = self.nodes + self.removed[-3:]
        return "\n".join(f"--- log of node {node.id} in {node.directory.name}\n{node.log_tail()}" for node in shown)
