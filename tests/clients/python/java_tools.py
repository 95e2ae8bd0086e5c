"""Driver of Kafka's own Java tools, through the wrappers in tests/bin."""

import json
import pathlib
import subprocess
import sys
import threading

from driver import SECONDS, main, say, tool, too_few

BIN = pathlib.Path(__file__).resolve().parents[2] / "bin"
NO_KEY = "(none)"


def kafka(name, bootstrap, *options, stdin=""):
    return tool([BIN / name, "--bootstrap-server", bootstrap, *options], stdin)


def create(bootstrap, topic, partitions, replication):
    counts = ["--partitions", str(partitions), "--replication-factor", str(replication)]
    kafka("kafka-topics", bootstrap, "--create", "--topic", topic, *counts)


def delete(bootstrap, topic):
    kafka("kafka-topics", bootstrap, "--delete", "--topic", topic)


def produce(bootstrap, topic, records, acks, idempotent, codec):
    lines = "".join(f"{NO_KEY if record['key'] is None else record['key']}\t{record['value']}\n" for record in records)
    reader = ["--reader-property", "parse.key=true", "--reader-property", f"null.marker={NO_KEY}"]
    producer = ["--command-property", f"acks={acks}", "--command-property", f"enable.idempotence={str(idempotent).lower()}"]
    codecs = ["--compression-codec", codec]
    deliver(bootstrap, topic, *reader, *producer, *codecs, input=lines, timeout=SECONDS)


def feed(bootstrap, topic):
    deliver(bootstrap, topic, stdin=sys.stdin)


def deliver(bootstrap, topic, *options, **source):
    """Lines through the console producer, which only logs a record that it could not deliver."""
    command = [BIN / "kafka-console-producer", "--bootstrap-server", bootstrap, "--topic", topic, *options]
    done = subprocess.run(command, capture_output=True, text=True, **source)
    if done.returncode or "Error when sending message" in done.stderr:
        sys.exit(done.stdout + done.stderr)


def consume(bootstrap, topic, count, group):
    names = ["print.partition", "print.offset", "print.key"]
    formatter = [option for name in names for option in ("--formatter-property", f"{name}=true")]
    options = ["--from-beginning", "--max-messages", str(count), "--timeout-ms", str(SECONDS * 1000), *formatter]
    output = kafka("kafka-console-consumer", bootstrap, "--topic", topic, *options, *(["--group", group] if group else []))
    records = [line.split("\t") for line in output.splitlines()]
    for partition, at, key, value in records:
        say(
            partition=int(partition.removeprefix("Partition:")),
            offset=int(at.removeprefix("Offset:")),
            key=None if key == "null" else key,
            value=value,
        )
    if len(records) < count:
        too_few(len(records), count)


def offset(bootstrap, topic, partition, at):
    timestamp = {"earliest": -2, "latest": -1}.get(at, at)
    answer = kafka("kafka-get-offsets", bootstrap, "--topic-partitions", f"{topic}:{partition}", "--time", str(timestamp))
    say(offset=int(answer.rsplit(":", 1)[1]))


def join(bootstrap, topic, group):
    """The verifiable consumer: the one of the tools that tells its assignment."""
    command = [BIN / "kafka-verifiable-consumer", "--bootstrap-server", bootstrap, "--topic", topic, "--group-id", group]
    consumer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    threading.Thread(target=lambda: (sys.stdin.read(), consumer.terminate()), daemon=True).start()
    for line in consumer.stdout:
        event = json.loads(line)
        if event["name"] == "partitions_assigned":
            say(assigned=[where["partition"] for where in event["partitions"]])
    consumer.wait()


main(create, delete, produce, feed, consume, offset, join)
