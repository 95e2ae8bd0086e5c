"""Clusters of real chronik-server processes, on free ports and in a directory of their own.

Nothing here waits for a time: every wait is for a condition, with a limit, and
a failure shows what the nodes logged.
"""

import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import wire

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ADMIN_KEY = "the-key-of-the-tests"
READY_SECONDS = 60
# Below Linux's ephemeral range: else a client's own socket could sit on the
# port of a node that is being restarted.
PORTS = range(20000, 30000)


def server_binary():
    """The chronik-server under test: CHRONIK_SERVER, or the release build."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    return os.environ.get("CHRONIK_SERVER", str(target / "release" / "chronik-server"))


def until(condition, what, seconds=30):
    """The first true value of condition(); TimeoutError if there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def free_ports(count):
    """Ports that nothing listens on, all different."""
    found = set()
    while len(found) < count:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                found.add(port)
            except OSError:
                continue
    return list(found)


class Node:
    """One chronik-server process with its configuration, data and log."""

    def __init__(self, node_id, directory):
        self.id = node_id
        self.directory = pathlib.Path(directory)
        self.ports = dict(zip(("kafka", "wal", "raft", "admin"), free_ports(4)))
        self.log = self.directory / "node.log"
        self.process = None

    @property
    def address(self):
        """Where Kafka clients reach this node."""
        return f"127.0.0.1:{self.ports['kafka']}"

    def write_config(self, peers):
        """The flat form of the configuration, with the admin port moved to a free one."""
        replicas = min(3, len(peers))
        lines = [
            "enabled = true",
            f"node_id = {self.id}",
            f'data_dir = "{self.directory}/data"',
            f"replication_factor = {replicas}",
            f"min_insync_replicas = {min(2, replicas)}",
            "",
            "[bind]",
            f'admin = "127.0.0.1:{self.ports["admin"]}"',
        ]
        for peer in peers:
            lines += ["", "[[peers]]", f"id = {peer.id}"]
            lines += [f'{name} = "127.0.0.1:{peer.ports[name]}"' for name in ("kafka", "wal", "raft")]
        (self.directory / "node.toml").write_text("\n".join(lines) + "\n")

    def command(self):
        return [server_binary(), "start", "--config", str(self.directory / "node.toml")]

    def environment(self):
        """What the tests inherited, less what would configure a node behind their back."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHRONIK_")}
        return inherited | {"CHRONIK_ADMIN_API_KEY": ADMIN_KEY}

    def start(self):
        """Starts the process; the log goes on where the last run left it."""
        assert not self.is_running(), f"node {self.id} runs already"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                env=self.environment(),
            )

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def is_ready(self):
        """Whether GET /admin/health says 200; RuntimeError if the process ended by itself."""
        if not self.is_running():
            raise RuntimeError(f"node {self.id} ended with {self.process.returncode}\n{self.log_tail()}")
        try:
            self.admin("/admin/health", key=None)
            return True
        except (urllib.error.URLError, OSError):
            return False

    def kill(self):
        """kill -9: the process gets no chance to write anything."""
        self.signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """An orderly end; a node that does not end within 20 s is a failure."""
        self.signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def signal(self, number):
        assert self.is_running(), f"node {self.id} does not run\n{self.log_tail()}"
        self.process.send_signal(number)

    def admin(self, path, key=ADMIN_KEY):
        """The JSON that the admin API answers; urllib's HTTPError carries any other status."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.ports['admin']}{path}")
        if key is not None:
            request.add_header("X-API-Key", key)
        with urllib.request.urlopen(request, timeout=5) as answer:
            body = answer.read()
        return json.loads(body) if body.strip().startswith((b"{", b"[")) else body.decode()

    def resident_bytes(self):
        """Memory of the process that is in RAM now."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"node {self.id} has no VmRSS: has it ended?\n{self.log_tail()}")

    def log_tail(self, lines=60):
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Cluster:
    """N nodes that know each other. Use as a context manager: the end kills what runs and removes the data."""

    living = []  # for the report of a failed test

    def __init__(self, size=3, node_class=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="chronik-test-"))
        self.nodes = []
        for node_id in range(1, size + 1):
            directory = self.directory / f"node{node_id}"
            directory.mkdir()
            self.nodes.append((node_class or Node)(node_id, directory))
        for node in self.nodes:
            node.write_config(self.nodes)

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
        try:
            for node in self.nodes:
                until(node.is_ready, f"node {node.id} is ready", READY_SECONDS)
        except (TimeoutError, RuntimeError) as error:
            raise RuntimeError(f"{error}\n{self.log_tails()}") from error

    def close(self):
        if self in Cluster.living:
            Cluster.living.remove(self)
        for node in self.nodes:
            if node.is_running():
                node.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def bootstrap(self):
        return ",".join(node.address for node in self.nodes)

    def node(self, node_id):
        return self.nodes[node_id - 1]

    def others(self, node):
        return [other for other in self.nodes if other is not node]

    def partitions(self, topic, ask=None):
        """{index: wire.Partition} as a node that answers sees them; {} if none does."""
        for node in [ask] if ask else self.nodes:
            try:
                with wire.Connection(node.address) as connection:
                    return connection.metadata(topic).partitions
            except (OSError, wire.KafkaError):
                continue
        return {}

    def wait_in_sync(self, topic, seconds=60):
        """Until every node agrees on the leaders and sees every replica in sync."""

        def agreed():
            views = [self.partitions(topic, ask=node) for node in self.nodes]
            return views[0] and all(
                partition.error == 0
                and set(partition.isr) == set(partition.replicas)
                and all(index in view and view[index].leader == partition.leader for view in views)
                for index, partition in views[0].items()
            )

        until(agreed, f"all nodes agree on {topic} and its replicas are in sync", seconds)

    def log_tails(self):
        return "\n".join(f"--- log of node {node.id}\n{node.log_tail()}" for node in self.nodes)
