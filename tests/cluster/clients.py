"""The unmodified Kafka clients under test, each behind the command line of tests/clients/python/driver.py."""

import contextlib
import dataclasses
import json
import pathlib
import subprocess
import sys
import threading

TESTS = pathlib.Path(__file__).resolve().parents[1]
PYTHON = TESTS / "clients" / "python"
BIN = TESTS / "bin"  # Kafka's own tools
ALL_CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
SECONDS = 90


@dataclasses.dataclass(frozen=True)
class Client:
    name: str
    command: tuple
    codecs: tuple = ALL_CODECS
    manages_topics: bool = True

    def __str__(self):
        return self.name

    def run(self, cluster, command, **arguments):
        """What the client printed, parsed; AssertionError with its standard error if it failed."""
        done = subprocess.run(
            [*self.command, cluster.bootstrap, command, json.dumps(arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"{self} {command} {arguments} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    def produce(self, cluster, topic, records, acks="all", idempotent=False, codec="none"):
        rows = [{"key": key, "value": value} for key, value in records]
        self.run(cluster, "produce", topic=topic, records=rows, acks=acks, idempotent=idempotent, codec=codec)

    def consume(self, cluster, topic, count, group=None):
        return self.run(cluster, "consume", topic=topic, count=count, group=group)

    def offset(self, cluster, topic, at, partition=0):
        (answer,) = self.run(cluster, "offset", topic=topic, partition=partition, at=at)
        return answer["offset"]

    @contextlib.contextmanager
    def feeding(self, cluster, topic):
        """An idempotent producer: called with a value, it sends it. All are acknowledged when the context ends."""
        command = [*self.command, cluster.bootstrap, "feed", json.dumps({"topic": topic})]
        with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:

            def send(value):
                process.stdin.write(f"{value}\n")
                process.stdin.flush()

            try:
                yield send
                process.stdin.close()
                assert process.wait(SECONDS) == 0, f"{self} did not deliver everything"
            finally:
                process.kill()

    @contextlib.contextmanager
    def member(self, cluster, topic, group):
        """A consumer that stays in the group until the context ends."""
        member = Member([*self.command, cluster.bootstrap, "join", json.dumps({"topic": topic, "group": group})])
        try:
            yield member
        finally:
            member.leave()


class Member:
    """A running consumer and the partitions that it said it has."""

    def __init__(self, command):
        self.assigned = set()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.assigned = set(json.loads(line)["assigned"])

    def leave(self):
        """An orderly leave: the client is told to close, and must."""
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        self.reader.join()
        self.process.stdout.close()


def _python(name, script, **features):
    return Client(name, (sys.executable, str(PYTHON / script)), **features)


KCAT = _python("kcat", "kcat.py", manages_topics=False)
CONFLUENT = _python("confluent-kafka", "confluent.py")
KAFKA_PYTHON = _python("kafka-python", "kafka_python.py")
AIOKAFKA = _python("aiokafka", "aio_kafka.py")
JAVA = _python("java", "java_tools.py")
# kafkajs carries gzip alone; the other codecs are plug-ins of others.
KAFKAJS = Client("kafkajs", ("node", str(TESTS / "clients" / "js" / "kafkajs.mjs")), codecs=("none", "gzip"))
FRANZ_GO = Client("franz-go", (str(TESTS / ".deps" / "franz-go"),))

ALL = (KCAT, CONFLUENT, KAFKA_PYTHON, AIOKAFKA, KAFKAJS, FRANZ_GO, JAVA)
