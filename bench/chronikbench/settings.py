"""How much each scenario does: seconds of everything with --short, what a published table wants with --full."""

import dataclasses

MIB = 1 << 20


@dataclasses.dataclass(frozen=True)
class Settings:
    name: str
    rounds: int
    systems: tuple  # unless told otherwise

    throughput_first_bytes: int  # of a first run: how fast it goes says how many records the next one needs
    throughput_warmup_seconds: float
    throughput_seconds: float
    throughput_most_bytes: int  # no run sends more: the disk holds it three times
    throughput_limit: float  # seconds until a run is given up

    flood_warmup_seconds: float
    flood_seconds: float

    latency_warmup_seconds: float
    latency_seconds: float

    tail_rate: int  # records of 1 KB a second
    tail_warmup_seconds: float
    tail_seconds: float

    catch_up_bytes: int
    catch_up_limit: float

    idle_partitions: int
    idle_settle_seconds: float
    idle_seconds: float

    failover_partitions: int
    failover_kills: int

    floor_seconds: float  # of each measure


SHORT = Settings(
    name="short",
    rounds=1,
    systems=("chronik", "kafka"),
    throughput_first_bytes=8 * MIB,
    throughput_warmup_seconds=4,
    throughput_seconds=4,
    throughput_most_bytes=400 * MIB,
    throughput_limit=120,
    flood_warmup_seconds=5,
    flood_seconds=5,
    latency_warmup_seconds=8,
    latency_seconds=6,
    tail_rate=1000,
    tail_warmup_seconds=6,
    tail_seconds=5,
    catch_up_bytes=200 * MIB,
    catch_up_limit=120,
    idle_partitions=100,
    idle_settle_seconds=3,
    idle_seconds=5,
    failover_partitions=12,
    failover_kills=1,
    floor_seconds=1,
)

FULL = Settings(
    name="full",
    rounds=3,
    systems=("chronik", "kafka", "kafka-fsync"),
    throughput_first_bytes=16 * MIB,
    throughput_warmup_seconds=15,
    throughput_seconds=20,
    throughput_most_bytes=4096 * MIB,
    throughput_limit=300,
    flood_warmup_seconds=8,
    flood_seconds=20,
    latency_warmup_seconds=10,
    latency_seconds=30,
    tail_rate=2000,
    tail_warmup_seconds=10,
    tail_seconds=20,
    catch_up_bytes=2048 * MIB,
    catch_up_limit=1200,
    idle_partitions=1000,
    idle_settle_seconds=10,
    idle_seconds=30,
    failover_partitions=30,
    failover_kills=3,
    floor_seconds=5,
)
