"""Consumers on librdkafka in one process, each reading all partitions of a topic as records arrive.

A program of its own, started by load/librdkafka.py with its parameters as JSON.
Says "ready" when every consumer is assigned; is told on its standard input how
many records there are; ends with its result as JSON when every consumer has
them all, or when its time is over.
"""

import json
import sys
import threading
import time

import confluent_kafka

from chronikbench.load import record

SWITCH_SECONDS = 0.0005  # at most so long a thread of Python holds up the others


class Reader(threading.Thread):
    """One consumer: counts what it gets, and takes the age of every so-many-th record."""

    def __init__(self, told, partitions):
        super().__init__(daemon=True)
        self.sample = told["sample"]
        self.received = 0
        self.error = None
        self.ages = []
        self.ended = threading.Event()
        self.consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": told["bootstrap"],
                "group.id": "not-used",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 500,
                "queued.max.messages.kbytes": 4096,
                # Once so much is queued, librdkafka does not fetch for a second, and what arrives meanwhile fills the
                # queue again: most consumers that once paused for half a second were behind for many seconds.
                "fetch.queue.backoff.ms": 10,
            }
        )
        # The topic is new and empty: its beginning is its end, and nothing can be missed.
        beginning = confluent_kafka.OFFSET_BEGINNING
        self.consumer.assign([confluent_kafka.TopicPartition(told["topic"], p, beginning) for p in range(partitions)])

    def run(self):
        while not self.ended.is_set():
            first = self.consumer.poll(0.1)
            if first is not None:
                self.take([first, *self.consumer.consume(1000, timeout=0)])
        self.consumer.close()

    def take(self, messages):
        now = time.monotonic_ns()
        for message in messages:
            if message.error():
                self.error = self.error or str(message.error())
                continue
            self.received += 1
            if self.received % self.sample == 0:
                due, counts = record.read(message.value())
                if counts:
                    self.ages.append(now - due)


def main():
    told = json.loads(sys.argv[1])
    sys.setswitchinterval(SWITCH_SECONDS)
    readers = [Reader(told, told["partitions"]) for _ in range(told["consumers"])]
    for reader in readers:
        reader.start()
    print("ready", flush=True)
    records = int(sys.stdin.readline())
    deadline = time.monotonic() + told["drain_seconds"]
    while any(reader.received < records for reader in readers) and time.monotonic() < deadline:
        time.sleep(0.02)
    for reader in readers:
        reader.ended.set()
    for reader in readers:
        reader.join(10)
    errors = [reader.error for reader in readers if reader.error]
    result = {
        "received": [reader.received for reader in readers],
        "error": errors[0] if errors else None,
        "age": record.percentiles([age for reader in readers for age in reader.ages]),
    }
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
