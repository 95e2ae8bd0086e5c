"""What the brokers paid for what they did: CPU, disk and memory, as every scenario with load reports them."""

import contextlib
import time

from chronikbench.process import ended_children_cpu_seconds
from chronikbench.results import Goal, Metric
from chronikbench.waiting import until

GB = 1e9
CPU_PER_GB_PRODUCED = Metric("CPU per GB produced", "s/GB", goals=(Goal("kafka", 0.4, at_least=False),))
CPU_PER_GB_CONSUMED = Metric("CPU per GB consumed", "s/GB")
DISK_PER_BYTE = Metric("disk bytes per byte and replica", "B/B", most=1.1)
MEMORY = Metric("memory of all nodes", "MB", goals=(Goal("kafka", 0.15, at_least=False),))
LARGEST = Metric("memory of the largest node", "MB")
GENERATOR = Metric("CPU per GB of the load generator", "s/GB")
OF_PRODUCING = (CPU_PER_GB_PRODUCED, DISK_PER_BYTE, MEMORY, GENERATOR)
REPLICAS = 3


# Followers may still write when a quorum has acknowledged: their work counts too.
QUIET_SECONDS, QUIET_BYTES, QUIET_LIMIT = 0.5, 64 << 10, 30


class Spent:
    """What the nodes used between two moments, and the load generators that ended between them."""

    usage = None
    generator_seconds = 0.0


@contextlib.contextmanager
def spending(cluster):
    """Counts what the nodes use while the block runs, and until the last replica has written its share."""
    spent, before, generators_before = Spent(), cluster.usage(), ended_children_cpu_seconds()
    with cluster.watched():
        yield spent
        spent.generator_seconds = ended_children_cpu_seconds() - generators_before
        wait_written(cluster)
    spent.usage = cluster.usage().since(before)


def wait_written(cluster):
    """Until the nodes write next to nothing any more."""
    written = cluster.usage().written_bytes

    def quiet():
        nonlocal written
        last, written = written, cluster.usage().written_bytes
        return written - last < QUIET_BYTES

    time.sleep(QUIET_SECONDS)
    until(quiet, "every replica has written its share", QUIET_LIMIT, QUIET_SECONDS)


def of_producing(spent, produced_bytes):
    """The values of OF_PRODUCING; bytes are those of the records' values."""
    usage = spent.usage
    return {
        CPU_PER_GB_PRODUCED.name: usage.cpu_seconds / (produced_bytes / GB),
        DISK_PER_BYTE.name: usage.written_bytes / (produced_bytes * REPLICAS),
        MEMORY.name: usage.resident_bytes / 1e6,
        GENERATOR.name: spent.generator_seconds / (produced_bytes / GB),
    }
