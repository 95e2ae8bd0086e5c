"""The record of the librdkafka generators: when it was due and whether it counts, then filling up to its size.

The time is CLOCK_MONOTONIC, which all processes of a machine share.
"""

import struct

HEAD = struct.Struct("<q?")  # nanoseconds, whether it is part of the measured time


def head(due_ns, counts):
    return HEAD.pack(due_ns, counts)


def read(value):
    """(nanoseconds when it was due, whether it counts)"""
    return HEAD.unpack_from(value)


def percentiles(latencies_ns):
    """{"p50": ms, …} of latencies; None where there are none."""
    ordered = sorted(latencies_ns)

    def at(share):
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] / 1e6 if ordered else None

    return {"p50": at(0.5), "p99": at(0.99), "p99.9": at(0.999), "max": at(1), "samples": len(ordered)}
