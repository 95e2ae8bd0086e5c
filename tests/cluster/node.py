"""One chronik-server process: its configuration, its life and death, and what it answers.

Nothing here waits for a time: every wait is for a condition, with a limit, and
a failure shows what the node logged.
"""

import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ADMIN_KEY = "the-key-of-the-tests"
READY_SECONDS = 60
OPERATION_SECONDS = 180
# Below Linux's ephemeral range: else a client's own socket could sit on the
# port of a node that is being restarted.
PORTS = range(20000, 30000)


def server_binary():
    """The chronik-server under test: CHRONIK_SERVER, or the release build."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    return os.environ.get("CHRONIK_SERVER", str(target / "release" / "chronik-server"))


def ctl_binary():
    """The chronikctl under test: CHRONIK_CTL, or the one beside the server."""
    return os.environ.get("CHRONIK_CTL", str(pathlib.Path(server_binary()).parent / "chronikctl"))


def until(condition, what, seconds=30):
    """The first true value of condition(); TimeoutError if there is none in time.

    `what` was waited for: a text, or a function that says at the end what was missing."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.05)


given = set()  # ports of nodes of this run, which may not listen yet, or not at the moment


def free_ports(count):
    """Ports that nothing listens on and that no other node of this run was given, all different."""
    found = []
    while len(found) < count:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in given:
            given.add(port)
            found.append(port)
    return found


def merged(*layers):
    """Settings over settings; tables are merged key by key."""
    result = {}
    for layer in layers:
        for key, value in (layer or {}).items():
            result[key] = {**result.get(key, {}), **value} if isinstance(value, dict) else value
    return result


def toml(settings):
    """Lines of TOML: plain values, then tables. {"a": 1, "b.c": {"d": "x"}}"""
    plain = [f"{key} = {json.dumps(value)}" for key, value in settings.items() if not isinstance(value, dict)]
    for table, values in settings.items():
        if isinstance(values, dict):
            plain += ["", f"[{table}]", *toml(values)]
    return plain


class Refused(Exception):
    """What the admin API will not do, and why: an HTTP status and problem details."""

    def __init__(self, error):
        body = error.read().decode(errors="replace")
        try:
            self.problem = json.loads(body)
        except ValueError:
            self.problem = {"detail": body}
        self.status = error.code
        self.code = self.problem.get("code")
        self.detail = str(self.problem.get("detail"))
        super().__init__(f"HTTP {self.status}, {self.code}: {self.detail}")


class Node:
    """One chronik-server process with its configuration, data and log."""

    settings = {}  # what its configuration says beyond what every node's does

    def __init__(self, node_id, directory):
        self.id = node_id
        self.directory = pathlib.Path(directory)
        self.ports = dict(zip(("kafka", "wal", "raft", "admin"), free_ports(4)))
        self.log = self.directory / "node.log"
        self.process = None
        self.paused = False

    def __repr__(self):
        return f"node {self.id}"

    def at(self, service):
        """host:port of "kafka", "wal", "raft" or "admin"."""
        return f"127.0.0.1:{self.ports[service]}"

    @property
    def address(self):
        """Where Kafka clients reach this node."""
        return self.at("kafka")

    @property
    def data(self):
        return self.directory / "data"

    def write_config(self, peers):
        """The flat form of the configuration, with the admin port moved to a free one."""
        replicas = min(3, len(peers))
        common = {
            "enabled": True,
            "node_id": self.id,
            "data_dir": str(self.data),
            "replication_factor": replicas,
            "min_insync_replicas": min(2, replicas),
            "bind": {"admin": self.at("admin")},
            # How full the disk of the machine is that runs the tests is not what they are about.
            "health": {"disk_low_percent": 0},
        }
        lines = toml(merged(common, self.settings))
        for peer in peers:
            lines += ["", "[[peers]]", f"id = {peer.id}"]
            lines += [f'{name} = "{peer.at(name)}"' for name in ("kafka", "wal", "raft")]
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
        self.paused = False

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def is_answering(self):
        """Whether there is a process that could answer."""
        return self.is_running() and not self.paused

    def listens(self, service):
        """Whether its port takes connections."""
        try:
            socket.create_connection(("127.0.0.1", self.ports[service]), timeout=5).close()
        except ConnectionRefusedError:
            return False
        return True

    def is_ready(self):
        """Whether GET /admin/health says 200; RuntimeError if the process ended by itself."""
        if not self.is_running():
            raise RuntimeError(f"node {self.id} ended with {self.process.returncode}\n{self.log_tail()}")
        answer = self.health()
        return answer is not None and answer[0] == 200

    def health(self):
        """(status, body) of GET /admin/health; None while the node does not answer."""
        try:
            return 200, self.admin("/admin/health", key=None)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
        except OSError:
            return None

    def kill(self):
        """kill -9: the process gets no chance to write anything."""
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.paused = False

    def stop(self):
        """An orderly end; a node that does not end within 20 s is a failure."""
        self.signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def ended(self, seconds=60):
        """The status with which the process ends by itself, nobody telling it to."""
        until(lambda: not self.is_running(), lambda: f"node {self.id} ends by itself\n{self.log_tail()}", seconds)
        return self.process.returncode

    def pause(self):
        self.signal(signal.SIGSTOP)
        self.paused = True

    def resume(self):
        self.signal(signal.SIGCONT)
        self.paused = False

    def signal(self, number):
        assert self.is_running(), f"node {self.id} does not run\n{self.log_tail()}"
        self.process.send_signal(number)

    def admin(self, path, key=ADMIN_KEY, body=None, timeout=5):
        """The JSON that the admin API answers to a GET, or to a POST of `body`; HTTPError carries any other status."""
        request = urllib.request.Request(f"http://{self.at('admin')}{path}")
        if key is not None:
            request.add_header("X-API-Key", key)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                text = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(f"the answer of node {self.id} broke off: {error!r}") from error
        return json.loads(text) if text.strip().startswith((b"{", b"[")) else text.decode()

    def post(self, path, **body):
        """The JSON that the admin API answers to a POST; Refused with its reason if it does not do it."""
        try:
            return self.admin(path, body=body, timeout=30)
        except urllib.error.HTTPError as error:
            raise Refused(error) from error

    def cli(self, *arguments, seconds=OPERATION_SECONDS):
        """Runs `chronik-server cluster ARGUMENTS --config FILE` with this node's file; the finished process."""
        command = [server_binary(), "cluster", *map(str, arguments), "--config", str(self.directory / "node.toml")]
        return self._run(command, seconds)

    def ctl(self, *arguments, seconds=OPERATION_SECONDS):
        """Runs `chronikctl ARGUMENTS --admin URL` against this node; the finished process."""
        return self._run([ctl_binary(), *map(str, arguments), "--admin", f"http://{self.at('admin')}"], seconds)

    def _run(self, command, seconds):
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, env=self.environment()
        )

    def identity(self):
        """What the data directory says whose it is."""
        return json.loads((self.data / "identity.json").read_text())

    def wal_bytes(self):
        """What the WAL takes of the disk, preallocated or written."""
        total = 0
        for path in (self.data / "wal").rglob("*"):
            try:
                total += path.stat().st_blocks * 512
            except FileNotFoundError:
                continue  # purged meanwhile
        return total

    def resident_bytes(self):
        """Memory of the process that is in RAM now."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"node {self.id} has no VmRSS: has it ended?\n{self.log_tail()}")

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_tail(self, lines=60):
        return "\n".join(self.log_text().splitlines()[-lines:]) or "(no log)"

    def says(self, pattern, seconds=30):
        """Waits until a line of the log matches; the match."""
        return until(
            lambda: re.search(pattern, self.log_text(), re.I),
            lambda: f"node {self.id} logs /{pattern}/\n{self.log_tail()}",
            seconds,
        )
