"""The topic that a case loads: created, in sync on every node, and the cluster at rest again before any load."""

import time

from chronikbench import calls
from chronikbench.waiting import Failed, until

CREATE_SECONDS = 240
REST_CORES = 0.75  # Kafka's fetchers keep half a core busy with 1,000 empty partitions
REST_SECONDS, REST_LIMIT = 1, 60


def make(run, cluster, topic, partitions):
    """Creates a topic. A cluster that does not come to rest afterwards is loaded all the same, and that is told."""
    calls.create_topic(cluster, topic, partitions, CREATE_SECONDS)
    cpu = cluster.usage().cpu_seconds
    used = float("inf")

    def at_rest():
        nonlocal cpu, used
        time.sleep(REST_SECONDS)
        before, cpu = cpu, cluster.usage().cpu_seconds
        used = (cpu - before) / REST_SECONDS
        return used < REST_CORES

    try:
        until(at_rest, "the cluster is at rest", REST_LIMIT, 0)
    except Failed:
        cluster.must_run()
        run.remark(f"{run.label}, {run.system}: {used:.1f} cores were busy {REST_LIMIT} s after the topic was created")
