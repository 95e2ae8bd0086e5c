"""What is measured, in the order of the table. Each scenario is a list of cases; each case gets a fresh cluster."""

from chronikbench.scenarios import active, catch_up, failover, floor, idle, latency, silence, startup, tail, throughput

SCENARIOS = {
    "floor": floor.CASES,
    "startup": startup.CASES,
    "failover": failover.CASES,
    "silence": silence.CASES,
    "idle": idle.CASES,
    "record-sizes": throughput.RECORD_SIZES,
    "partitions": throughput.PARTITIONS,
    "producers": throughput.PRODUCERS,
    "active": active.CASES,
    "latency": latency.CASES,
    "tail": tail.CASES,
    "catch-up": catch_up.CASES,
}
