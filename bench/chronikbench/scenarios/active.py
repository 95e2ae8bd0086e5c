"""Many partitions that are all active: librdkafka sends each record to the next partition, so none is spared.

(ProducerPerformance sends without keys: it fills a batch for one partition
before it turns to the next.) As fast as it goes, and at half of what Kafka as it
ships takes with ten partitions: records per second and partition fall as
partitions grow.
"""

import functools

from chronikbench.load import librdkafka
from chronikbench.results import Case, Goal, Metric
from chronikbench.scenarios import costs, latency, topics

TOPIC, SIZE = latency.TOPIC, latency.SIZE
THROUGHPUT = Metric("throughput", "MB/s", higher_is_better=True)
NO_WORSE_THAN_FSYNC = (Goal("kafka-fsync", 1, at_least=False),)


def flood(partitions, run):
    settings = run.settings
    with run.cluster() as cluster:
        topics.make(run, cluster, TOPIC, partitions)
        with costs.spending(cluster) as spent:
            done = librdkafka.produce(
                cluster,
                TOPIC,
                producers=1,
                size=SIZE,
                seconds=settings.flood_seconds,
                warmup=settings.flood_warmup_seconds,
                spread=partitions,
            )
    produced = costs.of_producing(spent, done["acknowledged"] * SIZE)
    return {THROUGHPUT.name: done["records_per_second"] * SIZE / 1e6} | produced


def paced(partitions, run):
    settings = run.settings
    rate = latency.kafkas_maximum_once(run) / 2
    with run.cluster() as cluster:
        topics.make(run, cluster, TOPIC, partitions)
        done = librdkafka.produce(
            cluster,
            TOPIC,
            producers=1,
            size=SIZE,
            seconds=settings.latency_seconds,
            warmup=settings.latency_warmup_seconds,
            rate=rate,
            linger_ms=latency.LINGER_MS,
            sample=latency.sample_of(rate),
            spread=partitions,
        )
    return {f"produce {p}": done["latency"][p] for p in latency.PERCENTILES}


def cases(partitions):
    goals = NO_WORSE_THAN_FSYNC if partitions == 1000 else ()
    latencies = tuple(Metric(f"produce {p}", "ms", goals=goals if p == "p99" else ()) for p in latency.PERCENTILES)
    fast = (THROUGHPUT, *costs.OF_PRODUCING)
    yield Case("active", f"{partitions:,} partitions", fast, functools.partial(flood, partitions))
    half = f"{partitions:,} partitions, half of Kafka's maximum"
    yield Case("active", half, latencies, functools.partial(paced, partitions))


CASES = [case for partitions in (1, 10, 100, 1000, 5000, 10_000) for case in cases(partitions)]
