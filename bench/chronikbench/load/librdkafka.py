"""Runs the librdkafka programs and judges what they say: a run in which a record failed or is missing is a failure."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile

from chronikbench import calls
from chronikbench.paths import BENCH
from chronikbench.process import TIED, last_line, output_of
from chronikbench.waiting import Failed

GRACE = 90  # seconds beyond its load that a producer program may take: connecting, and flushing at the end
DRAIN_SECONDS = 30  # that consumers may need to get what was acknowledged
SUSTAINED = 0.99  # of what was due must have been sent in time


def command(program, told):
    return [sys.executable, "-m", f"chronikbench.load.{program}", json.dumps(told)]


def environment():
    return os.environ | {"PYTHONPATH": str(BENCH)}


def produce(cluster, topic, *, producers, size, seconds, warmup, rate=0, linger_ms=5, sample=1, spread=0):
    """What load/producers.py measured, every record acknowledged and there.

    `rate` 0 is as fast as it can; `spread` sends each record to the next of so many partitions."""
    told = {
        "bootstrap": cluster.bootstrap,
        "topic": topic,
        "producers": producers,
        "size": size,
        "seconds": seconds,
        "warmup": warmup,
        "rate": rate,
        "linger_ms": linger_ms,
        "sample": sample,
        "spread": spread,
    }
    what = f"{producers} librdkafka producers"
    printed, errors = output_of(command("producers", told), warmup + seconds + GRACE, what, environment())
    result = json.loads(printed.splitlines()[-1])
    if result["failed"]:
        raise Failed(f"{result['failed']} of {result['sent']} records failed: {result['error']}; {last_line(errors)}")
    if result["sent"] < SUSTAINED * result["due"]:
        held = result["latency"]["p50"]
        raise Failed(
            f"did not sustain {rate:.0f} records/s: took {result['sent']} of {result['due']}"
            + (f" with a median of {held:.0f} ms" if held is not None else "")
        )
    calls.verify_arrived(cluster, topic, result["acknowledged"])
    return result


class Consumers:
    """Consumers that run; `finish` tells them how much there is, and returns what they measured."""

    def __init__(self, process, count, errors):
        self.process, self.count, self.errors = process, count, errors

    def last_words(self):
        self.errors.seek(0)
        return last_line(self.errors.read())

    def finish(self, records):
        """The ages of the records by percentile. Failed unless every consumer got every record."""
        try:
            printed, _ = self.process.communicate(f"{records}\n", timeout=DRAIN_SECONDS + 60)
        except subprocess.TimeoutExpired as late:
            raise Failed(f"{self.count} consumers did not end") from late
        if self.process.returncode != 0:
            raise Failed(f"{self.count} consumers ended with {self.process.returncode}: {self.last_words()}")
        result = json.loads(printed.splitlines()[-1])
        short = [received for received in result["received"] if received != records]
        if short:
            why = f"{len(short)} of {self.count} consumers did not get all {records} records, the worst {min(short)}"
            raise Failed(f"{why} ({result['error']}; {self.last_words()})")
        return result["age"]


@contextlib.contextmanager
def consuming(cluster, topic, *, partitions, consumers, sample=1):
    """Consumers of an empty topic, for as long as the block runs."""
    told = {
        "bootstrap": cluster.bootstrap,
        "topic": topic,
        "partitions": partitions,
        "consumers": consumers,
        "sample": sample,
        "drain_seconds": DRAIN_SECONDS,
    }
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            TIED + command("consumers", told),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment(),
            start_new_session=True,
        )
        running = Consumers(process, consumers, errors)
        try:
            if process.stdout.readline().strip() != "ready":
                raise Failed(f"{consumers} consumers did not start: {running.last_words()}")
            yield running
        finally:
            process.kill()
            process.communicate()
