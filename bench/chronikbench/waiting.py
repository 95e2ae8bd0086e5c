"""Waiting for conditions, never for a time, and the one exception of a measurement that failed."""

import random
import socket
import time

# Below Linux's ephemeral range, so that no client's own socket sits on the port of a node that starts again, and
# beside the range of tests/cluster.
PORTS = range(30000, 32700)


class Failed(Exception):
    """A measurement that could not be made, and why: goes into the table as it is."""


def until(condition, what, seconds, pause=0.05):
    """The first true value of condition(); Failed if there is none in time.

    `what` was waited for: a text, or a function that says at the end what was missing."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds:g} s: {what() if callable(what) else what}")
        time.sleep(pause)


def free_ports(count):
    """Ports of localhost that nothing listens on, all different."""
    found = set()
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.add(port)
        if len(found) == count:
            return list(found)
    raise Failed(f"fewer than {count} free ports in {PORTS}")
