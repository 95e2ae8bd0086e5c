"""Producers on librdkafka in one process: as fast as they can, or open loop at a fixed rate.

A program of its own, started by load/librdkafka.py with its parameters as JSON
and ending with its result as JSON. One thread calls produce() for all producers
in turn; each producer is an instance of its own with its own threads and
connections. A process per producer would not fit into the memory of a small
machine, nor would its result be about the brokers.

At a fixed rate a record's latency counts from the moment it was due, whether the
producer could take it then or not: what waits behind a stall is not forgotten.
"""

import json
import sys
import time

import confluent_kafka

from chronikbench.load import record

BURST = 100  # records for one producer before it is the next one's turn
TICK = 0.0005  # seconds between looks at what is due
ANY_PARTITION = -1  # librdkafka's partitioner chooses
BEHIND_NS = 2_000_000_000  # what is not sent so long after the end of its time was not sustained
QUEUE_KIB = 64 << 10  # of all producers together


class Load:
    """The producers, and what became of their records."""

    def __init__(self, told):
        self.topic, self.rate, self.sample = told["topic"], told["rate"], told["sample"]
        count = told["producers"]
        self.filling = b"x" * (told["size"] - record.HEAD.size)
        self.sent = self.failed = 0
        self.first_error = None
        self.latencies, self.lateness = [], []
        config = {
            "bootstrap.servers": told["bootstrap"],
            "acks": "all",
            "enable.idempotence": True,  # as Java's default, and so that retries do not spoil the count
            "linger.ms": told["linger_ms"],
            "queue.buffering.max.kbytes": max(QUEUE_KIB // count, 1024),
            "queue.buffering.max.messages": 1_000_000,
            "delivery.timeout.ms": 60_000,
            "statistics.interval.ms": 0,
        }
        if self.rate == 0:
            config["delivery.report.only.error"] = True  # what went well is not worth a call of Python each
        self.spread = told["spread"]
        self.producers = [confluent_kafka.Producer(config) for _ in range(count)]

    def waiting(self):
        """Records that are sent but not acknowledged yet."""
        return sum(len(producer) for producer in self.producers)

    def acknowledged(self):
        return self.sent - self.failed - self.waiting()

    def poll(self):
        for producer in self.producers:
            producer.poll(0)

    def fail(self, error):
        self.failed += 1
        self.first_error = self.first_error or str(error)

    def send(self, producer, due_ns, counts):
        """Queues a record; whether there was room for it."""
        called = time.monotonic_ns()
        told = self.only_failure
        if counts and self.rate and self.sent % self.sample == 0:
            told = self.timer(called - due_ns)
        try:
            partition = self.sent % self.spread if self.spread else ANY_PARTITION
            producer.produce(self.topic, record.head(due_ns, counts) + self.filling, partition=partition, on_delivery=told)
        except BufferError:
            return False
        if told is not self.only_failure:
            self.lateness.append(called - due_ns)
        self.sent += 1
        return True

    def only_failure(self, error, _message):
        if error:
            self.fail(error)

    def timer(self, late_ns):
        """Takes a record's latency when it is acknowledged: it was late by so much when it was sent."""

        def delivered(error, message):
            if error:
                self.fail(error)
            else:
                self.latencies.append(late_ns + int(message.latency() * 1e9))

        return delivered

    def flood(self, until_ns, counts):
        """As many records as the producers take until then."""
        while time.monotonic_ns() < until_ns:
            took = False
            for producer in self.producers:
                for _ in range(BURST):
                    if not self.send(producer, time.monotonic_ns(), counts):
                        break
                    took = True
                producer.poll(0)
            if not took:
                time.sleep(TICK)

    def pace(self, from_ns, until_ns, counts):
        """Every record that is due in that time, unless the producers are still behind a little later; how many were due."""
        interval = 1e9 / self.rate
        due = int((until_ns - from_ns) / interval)
        done = 0
        while done < due and (now := time.monotonic_ns()) < until_ns + BEHIND_NS:
            while done < due and from_ns + done * interval <= now:
                if not self.send(self.producers[done % len(self.producers)], int(from_ns + done * interval), counts):
                    break
                done += 1
            self.poll()
            time.sleep(TICK)
        return due

    def run(self, warmup, seconds):
        """Warm-up, then the measured time; what there is to say about it."""
        start = time.monotonic_ns()
        begin = start + int(warmup * 1e9)
        end = begin + int(seconds * 1e9)
        if self.rate:
            due = self.pace(start, begin, False) + self.pace(begin, end, True)
        else:
            self.flood(begin, False)
        before, at = self.acknowledged(), time.monotonic()
        if not self.rate:
            self.flood(end, True)
            due = self.sent
            self.poll()
        measured = (self.acknowledged() - before) / max(time.monotonic() - at, 1e-9)
        for producer in self.producers:
            producer.flush(60)
        left = self.waiting()
        return {
            "due": due,
            "sent": self.sent,
            "acknowledged": self.sent - self.failed - left,
            "failed": self.failed + left,
            "error": self.first_error or ("no answer within 60 s" if left else None),
            "records_per_second": measured,  # of the measured time, when as fast as they can
            "latency": record.percentiles(self.latencies),
            "lateness": record.percentiles(self.lateness),  # of the generator itself, and of full queues
        }


def main():
    told = json.loads(sys.argv[1])
    print(json.dumps(Load(told).run(told["warmup"], told["seconds"])))


if __name__ == "__main__":
    main()
