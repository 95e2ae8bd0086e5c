"""Driver of Debian's kcat: it creates and deletes no topics, all else it can."""

import json
import re
import subprocess
import sys
import threading

from driver import SECONDS, main, say, tool, too_few


def produce(bootstrap, topic, records, acks, idempotent, codec):
    """kcat -P, a call for the keyed records and one for those without a key."""
    for keyed in (True, False):
        lines = [
            f"{record['key']}\t{record['value']}" if keyed else record["value"]
            for record in records
            if (record["key"] is not None) == keyed
        ]
        if lines:
            options = ["-X", f"acks={acks}", "-X", f"enable.idempotence={str(idempotent).lower()}", "-z", codec]
            key = ["-K", "\t"] if keyed else []
            tool(["kcat", "-P", "-b", bootstrap, "-t", topic, *options, *key], "\n".join(lines) + "\n")


def consume(bootstrap, topic, count, group):
    where = ["-G", group, topic] if group else ["-C", "-t", topic, "-o", "beginning"]
    options = ["-J", "-X", "check.crcs=true", "-X", "auto.offset.reset=earliest", "-c", str(count)]
    # Options first: everything after `-G group` is a topic.
    command = ["timeout", str(SECONDS), "kcat", "-b", bootstrap, *options, *where]
    records = [json.loads(line) for line in tool(command).splitlines()]
    for record in records:
        say(partition=record["partition"], offset=record["offset"], key=record["key"], value=record["payload"])
    if len(records) < count:
        too_few(len(records), count)


def offset(bootstrap, topic, partition, at):
    timestamp = {"earliest": -2, "latest": -1}.get(at, at)
    answer = tool(["kcat", "-Q", "-b", bootstrap, "-t", f"{topic}:{partition}:{timestamp}"])
    say(offset=int(re.search(r"offset (\d+)", answer)[1]))


def join(bootstrap, topic, group):
    kcat = subprocess.Popen(
        ["kcat", "-b", bootstrap, "-X", "auto.offset.reset=earliest", "-G", group, topic],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    threading.Thread(target=lambda: (sys.stdin.read(), kcat.terminate()), daemon=True).start()
    for line in kcat.stderr:
        if "assigned" in line:
            say(assigned=[int(index) for index in re.findall(r"\[(\d+)\]", line)])
    kcat.wait()


main(produce, consume, offset, join)
