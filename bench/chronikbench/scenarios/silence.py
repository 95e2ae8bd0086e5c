"""A node falls silent and comes back, with many partitions: SIGSTOP until the others lead all that it led, then SIGCONT.

Every node once. The worst of the three is what counts: what a cluster has not finished from one silence meets the next.
"""

import functools
import signal
import time

from chronikbench import calls
from chronikbench.results import Case, Metric
from chronikbench.scenarios import topics
from chronikbench.waiting import until

TOPIC = "load"
LIMIT = 120
PAUSE = 0.05
TAKEN_OVER = Metric("until the others lead all that it led", "s")
IN_SYNC = Metric("until all is in sync again", "s")


def silence(partitions, run):
    taken_over, in_sync = [], []
    with run.cluster() as cluster:
        topics.make(run, cluster, TOPIC, partitions)
        for node in cluster.nodes:
            others = [other for other in cluster.nodes if other is not node]
            begun = time.monotonic()
            node.process.process.send_signal(signal.SIGSTOP)
            try:
                left = functools.partial(not_taken_over, node, others, partitions)
                until(lambda: not left(), lambda: f"all is led without {node.name}: {left()}", LIMIT, PAUSE)
                taken_over.append(time.monotonic() - begun)
            finally:
                node.process.process.send_signal(signal.SIGCONT)
            begun = time.monotonic()
            calls.wait_in_sync(cluster, TOPIC, partitions, LIMIT)
            in_sync.append(time.monotonic() - begun)
    return {TAKEN_OVER.name: max(taken_over), IN_SYNC.name: max(in_sync)}


def not_taken_over(silent, others, partitions):
    """What is not yet led by another node, as the others see it; empty if all is."""
    taken_over = lambda partition: partition.error == 0 and partition.leader not in (-1, silent.id)  # noqa: E731
    return calls.lacking(others, TOPIC, partitions, taken_over, "led by others")


CASES = [
    Case("silence", f"{partitions:,} partitions", (TAKEN_OVER, IN_SYNC), functools.partial(silence, partitions))
    for partitions in (1000, 5000, 10_000)
]
