"""How long a record takes at a fixed rate: until it is acknowledged, and until a consumer has it.

Open loop, from the moment a record was due. The rates are shares of what Kafka
as it ships takes at most from the same generator, with the same consumer
attached; that is measured once, by whichever system comes first, and holds for
all systems and rounds of the benchmark. linger.ms is 1, so that the generator's
own waiting does not hide the brokers.
"""

import functools

from chronikbench.load import librdkafka
from chronikbench.results import Case, Goal, Metric
from chronikbench.scenarios import costs, topics

TOPIC, PARTITIONS, SIZE = "load", 10, 1000
LINGER_MS = 1
SAMPLES_PER_SECOND = 5000
PERCENTILES = ("p50", "p99", "p99.9", "max")
HALF = (Goal("kafka", 0.5, at_least=False),)
CPU = Metric("CPU per GB produced and consumed", "s/GB")
METRICS = (
    *(Metric(f"produce {p}", "ms", goals=HALF if p == "p99" else ()) for p in PERCENTILES),
    *(Metric(f"end to end {p}", "ms") for p in PERCENTILES),
    Metric("records per second", "1/s", higher_is_better=True),
    CPU,
)


def produce_and_consume(run, cluster, rate):
    """Everything that one such run measures."""
    settings = run.settings
    topics.make(run, cluster, TOPIC, PARTITIONS)
    sample = sample_of(rate)
    with librdkafka.consuming(cluster, TOPIC, partitions=PARTITIONS, consumers=1, sample=sample) as consumers:
        with costs.spending(cluster) as spent:
            done = librdkafka.produce(
                cluster,
                TOPIC,
                producers=1,
                size=SIZE,
                seconds=settings.latency_seconds,
                warmup=settings.latency_warmup_seconds,
                rate=rate,
                linger_ms=LINGER_MS,
                sample=sample,
            )
        return done, consumers.finish(done["acknowledged"]), spent.usage


def sample_of(rate):
    """One in so many records is timed."""
    return max(int(rate / SAMPLES_PER_SECOND), 1)


def kafkas_maximum_once(run):
    """The maximum that all rates of the benchmark are shares of."""
    return run.once("Kafka's maximum", lambda: kafkas_maximum(run))


def kafkas_maximum(run):
    """Records per second that Kafka as it ships takes with a consumer attached."""
    with run.cluster("kafka") as cluster:
        done, _, _ = produce_and_consume(run, cluster, rate=0)
    maximum = done["records_per_second"]
    run.remark(f"Kafka's maximum with one librdkafka producer and consumer: {maximum:,.0f} records of 1 KB a second")
    return maximum


def at_share(share, run):
    rate = kafkas_maximum_once(run) * share
    with run.cluster() as cluster:
        done, ages, usage = produce_and_consume(run, cluster, rate)
    late = done["lateness"]["p99"]
    if late > 0.5 * done["latency"]["p99"] and late > 2:
        run.remark(
            f"{run.label}, {run.system}: the producer itself was late by {late:.1f} ms at p99 (queue full, or no CPU)"
        )
    seconds = run.settings.latency_warmup_seconds + run.settings.latency_seconds
    return (
        {f"produce {p}": done["latency"][p] for p in PERCENTILES}
        | {f"end to end {p}": ages[p] for p in PERCENTILES}
        | {"records per second": done["sent"] / seconds}
        | {CPU.name: usage.cpu_seconds / (done["acknowledged"] * SIZE / costs.GB)}
    )


CASES = [
    Case("latency", f"{share:.0%} of Kafka's maximum", METRICS, functools.partial(at_share, share))
    for share in (0.1, 0.5, 0.8)
]
