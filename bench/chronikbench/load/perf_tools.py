"""Kafka's ProducerPerformance and ConsumerPerformance: running them and reading what they print.

Both with their own defaults (batch.size 16 KB, linger.ms 5, idempotent) but acks=all, which is a default too.
"""

import dataclasses
import re

from chronikbench import java
from chronikbench.process import TimedOut, last_line, output_of
from chronikbench.waiting import Failed

SUMMARY = re.compile(r"^(\d+) records sent, ([\d.]+) records/sec", re.M)


@dataclasses.dataclass
class Consumed:
    records: int
    bytes: int
    seconds: float  # of fetching, without what joining the group took

    @property
    def rate(self):
        return self.bytes / self.seconds


def produce(cluster, topic, records, size, seconds):
    """Sends so many records of `size` bytes as fast as they are taken; records per second. Failed unless all are."""
    arguments = ["--bootstrap-server", cluster.bootstrap, "--topic", topic, "--num-records", records]
    arguments += ["--record-size", size, "--throughput", -1, "--command-property", "acks=all"]
    command = java.command(java.PERF_TOOL, "org.apache.kafka.tools.ProducerPerformance", *arguments)
    try:
        printed, errors = output_of(command, seconds, "ProducerPerformance")
    except TimedOut as late:
        raise Failed(progress(late.printed, records, seconds)) from late
    summaries = SUMMARY.findall(printed)
    if not summaries:
        raise Failed(f"ProducerPerformance printed no summary: {last_line(errors or printed)}")
    acknowledged, rate = summaries[-1]
    if int(acknowledged) != records:
        failures = [line for line in (printed + errors).splitlines() if "Exception" in line]
        why = failures[0][:300] if failures else "no reason given"
        raise Failed(f"{acknowledged} of {records} records were acknowledged: {why}")
    return float(rate)


def progress(printed, records, seconds):
    """How far a run came that was given up; its lines tell of five seconds each."""
    windows = [int(count) for count, _ in SUMMARY.findall(printed)]
    course = ", ".join(map(str, windows)) or "none"
    return (
        f"ProducerPerformance: about {sum(windows)} of {records} records were acknowledged within {seconds:g} s;"
        f" every 5 s while any were: {course}"
    )


def consume(cluster, topic, records, seconds):
    """Reads so many records from the beginning with one consumer. Failed unless it gets them all."""
    arguments = ["--bootstrap-server", cluster.bootstrap, "--topic", topic, "--num-records", records, "--hide-header"]
    arguments += ["--timeout", int(seconds * 1000 / 2)]
    command = java.command(java.PERF_TOOL, "org.apache.kafka.tools.ConsumerPerformance", *arguments)
    printed, errors = output_of(command, seconds, f"ConsumerPerformance with {records} records")
    # start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s
    fields = last_line(printed).split(", ")
    if len(fields) < 10:
        raise Failed(f"ConsumerPerformance printed no summary: {last_line(errors or printed)}")
    consumed = Consumed(int(fields[4]), int(float(fields[2]) * (1 << 20)), int(fields[7]) / 1000)
    if consumed.records < records:
        raise Failed(f"ConsumerPerformance got {consumed.records} of {records} records: {last_line(errors)}")
    return consumed
