"""Consumers that read records as they arrive: 1, 10 and 50 of them, each all ten partitions, in one process."""

import functools

from chronikbench.load import librdkafka
from chronikbench.results import Case, Metric
from chronikbench.scenarios import costs, latency, topics

TOPIC, PARTITIONS, SIZE = latency.TOPIC, latency.PARTITIONS, latency.SIZE
PERCENTILES = ("p50", "p99", "max")
METRICS = (
    *(Metric(f"end to end {p}", "ms") for p in PERCENTILES),
    Metric("CPU per GB consumed, producing included", "s/GB"),
)


def tail(count, run):
    settings = run.settings
    with run.cluster() as cluster:
        topics.make(run, cluster, TOPIC, PARTITIONS)
        # As many samples with one consumer as with fifty.
        consuming = librdkafka.consuming(cluster, TOPIC, partitions=PARTITIONS, consumers=count, sample=count)
        with consuming as consumers, costs.spending(cluster) as spent:
            done = librdkafka.produce(
                cluster,
                TOPIC,
                producers=1,
                size=SIZE,
                seconds=settings.tail_seconds,
                warmup=settings.tail_warmup_seconds,
                rate=settings.tail_rate,
                linger_ms=latency.LINGER_MS,
            )
            ages = consumers.finish(done["acknowledged"])
    consumed = done["acknowledged"] * SIZE * count
    cpu = spent.usage.cpu_seconds / (consumed / costs.GB)
    return {f"end to end {p}": ages[p] for p in PERCENTILES} | {METRICS[-1].name: cpu}


CASES = [
    Case("tail", f"{count} consumers", METRICS, functools.partial(tail, count)) for count in (1, 10, 50)
]
