"""A consumer that reads everything from the beginning, from the disk and then again from the page cache."""

from chronikbench import calls
from chronikbench.load import perf_tools
from chronikbench.results import Case, Metric
from chronikbench.scenarios import costs, topics

TOPIC, PARTITIONS, SIZE = "load", 10, 1000
COLD = Metric("read, files dropped from the page cache", "MB/s", higher_is_better=True)
FROM_DISK = Metric("share of it that came from the disk", "B/B")
WARM = Metric("read again", "MB/s", higher_is_better=True)
METRICS = (COLD, FROM_DISK, WARM, costs.CPU_PER_GB_CONSUMED, costs.MEMORY, costs.LARGEST)


def catch_up(run):
    settings = run.settings
    records = settings.catch_up_bytes // SIZE
    with run.cluster() as cluster:
        topics.make(run, cluster, TOPIC, PARTITIONS)
        perf_tools.produce(cluster, TOPIC, records, SIZE, settings.catch_up_limit)
        calls.verify_arrived(cluster, TOPIC, records)
        cluster.forget_cached_files()
        with costs.spending(cluster) as cold_spent:
            cold = perf_tools.consume(cluster, TOPIC, records, settings.catch_up_limit)
        with costs.spending(cluster) as warm_spent:
            warm = perf_tools.consume(cluster, TOPIC, records, settings.catch_up_limit)
        largest = max(usage.resident_bytes for usage in cluster.usage_of_each())
    return {
        COLD.name: cold.rate / 1e6,
        FROM_DISK.name: cold_spent.usage.read_bytes / cold.bytes,
        WARM.name: warm.rate / 1e6,
        costs.CPU_PER_GB_CONSUMED.name: warm_spent.usage.cpu_seconds / (warm.bytes / costs.GB),
        costs.MEMORY.name: warm_spent.usage.resident_bytes / 1e6,
        costs.LARGEST.name: largest / 1e6,
    }


CASES = [Case("catch-up", "1 KB, 10 partitions", METRICS, catch_up)]
