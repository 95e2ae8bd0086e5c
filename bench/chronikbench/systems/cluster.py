"""What all systems have in common: three nodes on this machine, their life, their end and what they use.

A cluster lives for one case: a fresh directory on the disk that is measured,
and at the end nothing of it is left, neither processes nor files.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

from chronikbench import calls
from chronikbench.process import Usage, usage
from chronikbench.waiting import until

import wire

SIZE = 3
READY_SECONDS = 120


class Node:
    """One node: where clients reach it, its directory and its process."""

    def __init__(self, node_id, directory, ports):
        self.id, self.directory, self.ports = node_id, directory, ports
        self.name = f"node {node_id}"
        self.log = directory / "node.log"
        self.process = None  # made by the system, which knows the command

    def at(self, service):
        """host:port of one of its listeners."""
        return f"127.0.0.1:{self.ports[service]}"

    @property
    def address(self):
        """Where Kafka clients reach this node."""
        return self.at("kafka")

    @property
    def data(self):
        return self.directory / "data"


class Cluster:
    """Three nodes. Subclasses prepare directories and processes; nothing is started by that.

    `name` is that of the table, `settings` what is said about it above the table.
    """

    name = ""

    def __init__(self, data_directory, options):
        self.options = options
        data_directory.mkdir(parents=True, exist_ok=True)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.name}-", dir=data_directory))
        self.nodes = []

    def prepare(self):
        """Makes `nodes`, with their configuration and an empty data directory each."""
        raise NotImplementedError

    def start(self):
        """Starts every node, and returns at once."""
        for node in self.nodes:
            node.process.start()

    def wait_ready(self):
        """Until every node tells clients of all nodes."""
        until(self._is_ready, f"all nodes of {self.name} answer and know each other", READY_SECONDS)

    def _is_ready(self):
        self.must_run()
        try:
            for node in self.nodes:
                with wire.Connection(node.address) as connection:
                    if len(connection.brokers()) < SIZE:
                        return False
        except calls.UNANSWERED:
            return False
        return True

    def must_run(self):
        """Failed if a node has ended by itself."""
        for node in self.nodes:
            node.process.must_run()

    @property
    def bootstrap(self):
        return ",".join(node.address for node in self.nodes)

    def node(self, node_id):
        (found,) = [node for node in self.nodes if node.id == node_id]
        return found

    def usage(self):
        """What all nodes used together, brokers only."""
        return sum(self.usage_of_each(), Usage())

    def usage_of_each(self):
        return [usage(node.process.pid) for node in self.nodes]

    @contextlib.contextmanager
    def watched(self):
        """Around what is measured of the nodes."""
        yield

    def forget_cached_files(self):
        """Drops the pages of all files of the nodes from the page cache. Needs no privilege; pages that are mapped
        stay, so what was really read from the disk is counted too."""
        sync_disk(self.directory)
        for node in self.nodes:
            for path in node.data.rglob("*"):
                try:
                    file = os.open(path, os.O_RDONLY)
                except OSError:
                    continue  # a directory, or deleted meanwhile
                try:
                    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(file)

    def save_logs(self, directory):
        """Keeps the end of every node's log, for a case that failed."""
        directory.mkdir(parents=True, exist_ok=True)
        for node in self.nodes:
            if node.log.exists():
                (directory / f"node{node.id}.log").write_bytes(node.log.read_bytes()[-1_000_000:])

    def close(self):
        """Kills what runs and removes the data."""
        for node in self.nodes:
            if node.process is not None:
                node.process.kill()
        shutil.rmtree(self.directory, ignore_errors=True)
        sync_disk(self.directory.parent)


def sync_disk(directory):
    """Waits until the file system holds nothing back: it would fall into whatever is measured next."""
    subprocess.run(["sync", "--file-system", directory], check=True, timeout=300)
