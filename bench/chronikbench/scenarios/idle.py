"""What a cluster costs that nobody uses: CPU and memory with topics but without clients."""

import time

from chronikbench.results import Case, Metric
from chronikbench.scenarios import costs, topics

CPU = Metric("CPU of all nodes", "% of a core")
METRICS = (CPU, costs.MEMORY, costs.LARGEST)


def idle(partitions, run):
    settings = run.settings
    with run.cluster() as cluster:
        if partitions:
            topics.make(run, cluster, "idle", partitions)
        time.sleep(settings.idle_settle_seconds)  # what the creation has left to do is not idleness
        with costs.spending(cluster) as spent:
            time.sleep(settings.idle_seconds)
        largest = max(usage.resident_bytes for usage in cluster.usage_of_each())
    return {
        CPU.name: 100 * spent.usage.cpu_seconds / settings.idle_seconds,
        costs.MEMORY.name: spent.usage.resident_bytes / 1e6,
        costs.LARGEST.name: largest / 1e6,
    }


CASES = [
    Case("idle", "no topics", METRICS, lambda run: idle(0, run)),
    Case("idle", "a topic of many partitions", METRICS, lambda run: idle(run.settings.idle_partitions, run)),
]
