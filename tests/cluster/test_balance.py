"""Leaders are spread by load: busy partitions that one node leads are shared out, on demand and by themselves."""

import checker
import cluster as clusters
import pytest
import wire
from cluster import until

HOT, IDLE = 3, 6
RECORD_BYTES, RECORDS_PER_SECOND = 20_000, 200
LOAD_KNOWN_SECONDS = 120  # loads are averages over about a minute, and below 1 MiB/s nobody is busy
BY_LOAD = "evens out the load that the brokers lead"

pytestmark = [pytest.mark.kills, pytest.mark.timeout(400)]


def lopsided(topic, **settings):
    """A cluster, and in it a topic to load whose three partitions node 1 leads; the other nodes lead as many idle ones."""
    return clusters.Cluster(3, settings={"leader_rebalance_after_ms": 1000, **settings}), f"{topic}-hot", f"{topic}-idle"


def create(cluster, hot, idle):
    checker.create(cluster, hot, HOT)
    checker.create(cluster, idle, IDLE)
    wanted = {(hot, index): [1, 2, 3] for index in range(HOT)}
    wanted |= {(idle, index): [2, 3, 1] if index % 2 else [3, 1, 2] for index in range(IDLE)}
    for (topic, index), replicas in wanted.items():
        cluster.move(topic, index, replicas)
    for (topic, index), replicas in wanted.items():
        cluster.wait_moved(topic, index, replicas)
    until(lambda: leaders(cluster, hot) == [1, 1, 1], "node 1 leads all that will be busy", 60)
    until(lambda: sorted(leaders(cluster, idle)) == [2, 2, 2, 3, 3, 3], "the others lead the rest", 60)


def leaders(cluster, topic):
    return [entry.leader for _, entry in sorted(cluster.partitions(topic).items())]


def is_spread(cluster, hot, idle):
    """Whether each node leads one busy partition, and no node more partitions than another."""
    led = leaders(cluster, hot), leaders(cluster, idle)
    return sorted(led[0]) == [1, 2, 3] and sorted(led[0] + led[1]) == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def seen(cluster, hot, idle):
    return f"the busy partitions are led by {leaders(cluster, hot)}, the idle ones by {leaders(cluster, idle)}"


def planned(cluster):
    return dry_run(cluster)["plan"]


def dry_run(cluster):
    return cluster.request("/admin/rebalance", {"leaders_only": True, "dry_run": True})


def test_a_rebalance_spreads_leaders_by_load_and_its_plan_says_so_before(topic):
    running, hot, idle = lopsided(topic, leader_load_check_interval_ms=0)
    with running as cluster:
        create(cluster, hot, idle)
        with checker.Load(cluster, hot, HOT, RECORDS_PER_SECOND, RECORD_BYTES) as load:
            load.wait_for_every_partition()
            # While a node is not heard for a moment, less can be exchanged.
            exchanges = lambda: next((plan for plan in [planned(cluster)] if len(plan) == 4), None)
            awaited = lambda: f"the load is known, and two exchanges are enough: {planned(cluster)}"
            plan = until(exchanges, awaited, LOAD_KNOWN_SECONDS)
            assert {(line["reason"], line["bytes"]) for line in plan} == {(BY_LOAD, "0")}, plan
            told = cluster.any_node().ctl("rebalance", "--leaders-only", "--dry-run")
            assert BY_LOAD in told.stdout and hot in told.stdout, told.stdout + told.stderr
            assert "node 1 leads" in told.stdout, "and how much"
            assert leaders(cluster, hot) == [1, 1, 1], "a plan changes nothing"

            cluster.rebalance(leaders_only=True)
            until(lambda: is_spread(cluster, hot, idle), lambda: seen(cluster, hot, idle), 60)
            load.wait_for_every_partition()
            assert planned(cluster) == [], "what is even is left alone"
        checker.verify(load)


def test_leaders_are_spread_by_load_without_being_asked(topic):
    running, hot, idle = lopsided(topic, leader_load_check_interval_ms=1000)
    with running as cluster:
        create(cluster, hot, idle)
        with checker.Load(cluster, hot, HOT, RECORDS_PER_SECOND, RECORD_BYTES) as load:
            until(lambda: is_spread(cluster, hot, idle), lambda: seen(cluster, hot, idle), LOAD_KNOWN_SECONDS)
            load.wait_for_every_partition()
        checker.verify(load)
        assert any("evening out the load that nodes lead" in node.log.read_text() for node in cluster.nodes)
        assert cluster.running_operation() is None and cluster.operations() == [], "it is no operation"


def test_what_consumers_read_is_load_as_well(topic):
    running, hot, idle = lopsided(topic, leader_load_check_interval_ms=0)
    with running as cluster:
        create(cluster, hot, idle)
        load = checker.filled(cluster, hot, HOT, 12 << 20)
        assert planned(cluster) == [], "written once, that is little for a minute"
        with wire.Connection(cluster.node(1).address) as connection:

            def is_busy():
                for partition in range(HOT):
                    assert connection.fetch(hot, partition, 0, wait_ms=0).error == 0
                return planned(cluster)

            plan = until(is_busy, "reading makes node 1 busy", LOAD_KNOWN_SECONDS)
        assert {line["reason"] for line in plan} == {BY_LOAD}, plan
        checker.verify(load)


def test_a_dry_run_names_the_nodes_whose_loads_it_does_not_know(topic):
    with clusters.Cluster(3) as cluster:
        checker.create(cluster, topic, 1)
        until(lambda: dry_run(cluster)["missing_nodes"] == [], "all nodes say what they lead")
        cluster.node(3).kill()
        until(lambda: dry_run(cluster)["missing_nodes"] == [3], "node 3 is missing")
        told = lambda: cluster.any_node().ctl("rebalance", "--leaders-only", "--dry-run").stdout
        down = "node 3 is down: the load of partitions while it led them is not counted"
        until(lambda: down in told(), lambda: f"a plan says so:\n{told()}")
