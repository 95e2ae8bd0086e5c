"""How much is produced with acks=all: by record size, by partitions (Kafka's ProducerPerformance, one producer) and by
producers (librdkafka, in one process).

ProducerPerformance takes a number of records, not a time. A first run with few
bytes says how many records the warm-up needs, the warm-up says it of the run
that counts, from its first record to the acknowledgement of its last. Each is a
new process: the client starts cold each time, the brokers do not.
"""

import functools

from chronikbench import calls
from chronikbench.load import librdkafka, perf_tools
from chronikbench.results import Case, Goal, Metric
from chronikbench.scenarios import costs, topics

TOPIC = "load"
AGAINST_FSYNC = Goal("kafka-fsync", 5, at_least=True)
KB = 1000


def throughput(*goals):
    return Metric("throughput", "MB/s", higher_is_better=True, goals=goals)


def with_perf_tool(size, partitions, run):
    settings = run.settings
    least = max(settings.throughput_first_bytes // size, 100)
    most = settings.throughput_most_bytes // size
    with run.cluster() as cluster:
        topics.make(run, cluster, TOPIC, partitions)

        def produce(records):
            return perf_tools.produce(cluster, TOPIC, records, size, settings.throughput_limit)

        warmup = bounded(produce(least) * settings.throughput_warmup_seconds, least, most)
        records = bounded(produce(warmup) * settings.throughput_seconds, least, most)
        with costs.spending(cluster) as spent:
            rate = produce(records)
        calls.verify_arrived(cluster, TOPIC, least + warmup + records)
        return {"throughput": rate * size / 1e6} | costs.of_producing(spent, records * size)


def bounded(number, least, most):
    return max(min(int(number), most), least)


def with_librdkafka(producers, run):
    settings = run.settings
    with run.cluster() as cluster:
        topics.make(run, cluster, TOPIC, 10)
        with costs.spending(cluster) as spent:
            done = librdkafka.produce(
                cluster,
                TOPIC,
                producers=producers,
                size=KB,
                seconds=settings.flood_seconds,
                warmup=settings.flood_warmup_seconds,
            )
        values = costs.of_producing(spent, done["acknowledged"] * KB)
        return {"throughput": done["records_per_second"] * KB / 1e6} | values


def perf_case(scenario, name, size, partitions, goal):
    metrics = (throughput(Goal("kafka", goal, at_least=True), AGAINST_FSYNC), *costs.OF_PRODUCING)
    return Case(scenario, name, metrics, functools.partial(with_perf_tool, size, partitions))


RECORD_SIZES = [
    perf_case("record-sizes", f"{name}, 10 partitions", size, 10, goal=2)
    for name, size in (("100 B", 100), ("1 KB", KB), ("10 KB", 10 * KB))
]
PARTITIONS = [
    perf_case("partitions", f"1 KB, {count:,} partitions", KB, count, goal=2 if count <= 100 else 1.5)
    for count in (1, 10, 100, 1000, 5000)
]
PRODUCERS = [
    Case(
        "producers",
        f"1 KB, 10 partitions, {count} librdkafka producers",
        (throughput(Goal("kafka", 2, at_least=True), AGAINST_FSYNC), *costs.OF_PRODUCING),
        functools.partial(with_librdkafka, count),
    )
    for count in (1, 10, 100)
]
