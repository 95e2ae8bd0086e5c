"""From call chains to layers: which part of a Chronik node a sample of its processor time belongs to.

Pure: it gets the text that `perf script` prints and gives back numbers.
"""

import collections
import re

# A sample belongs to the innermost of its calls that one of these knows, so memcpy, malloc and the kernel count as work of
# whoever called them.
LAYERS = {
    "Kafka protocol": r"chronik_broker::kafka::|kafka_protocol::",
    "partition and log": r"chronik_broker::(partition|log)::",
    "WAL": r"chronik_broker::wal::",
    "openraft": r"openraft",
    "liveness": r"chronik_broker::raft::liveness::",
    "network between nodes": r"chronik_broker::raft::transport::|tonic|\bh2::|hyper|prost",
    "Raft, our side": r"chronik_broker::raft::",
    "the rest of the node": r"chronik_broker::",
    "runtime": r"tokio|mio::|std::sys|std::thread|core::|alloc::",
}
OTHER = "unknown"
NAMES = (*LAYERS, OTHER)
KNOWN = {name: re.compile(pattern) for name, pattern in LAYERS.items()}
# "    7f12ab symbol+0x12 (file)", or without the last two.
CALL = re.compile(r"^\s+[0-9a-f]+ (.*)$")


def shares(text):
    """({layer: share of the samples}, how many samples): of what `perf script -F comm,ip,sym` prints."""
    counted = collections.Counter(layer(calls) for calls in samples(text))
    total = counted.total()
    return {name: counted[name] / total if total else 0.0 for name in NAMES}, total


def samples(text):
    """The calls of each sample, the innermost first."""
    for block in re.split(r"\n\s*\n", text):
        calls = [found[1] for line in block.splitlines() if (found := CALL.match(line))]
        if calls:
            yield calls


def layer(calls):
    """The layer of one sample. What generic code was made for is not asked: only the function's own path counts."""
    paths = [path_of(call) for call in calls]
    runtime = KNOWN["runtime"]
    for path in paths:
        for name, pattern in KNOWN.items():
            if pattern is not runtime and pattern.search(path):
                return name
    return "runtime" if any(runtime.search(path) for path in paths) else OTHER


def path_of(symbol):
    """`<A as B>::f` is A::f; type arguments are left out."""
    if symbol.startswith("<"):
        symbol = symbol[1:].split(" as ")[0] + symbol
    depth, kept = 0, []
    for character in symbol.replace("->", ""):
        depth += character == "<"
        if depth == 0:
            kept.append(character)
        depth = max(depth - (character == ">"), 0)
    return "".join(kept)
