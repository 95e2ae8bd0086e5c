"""Replicas move between nodes: throttled, cancellable, through kill -9, away and back; nothing is lost on the way."""

import concurrent.futures
import time

import checker
import clients
import cluster as clusters
import pytest
import wire
from cluster import until

MIB = 1 << 20
RATE = 2 * MIB  # bytes per second, where a move is to be caught half-way
FILLED = 20 * MIB

pytestmark = [pytest.mark.kills, pytest.mark.timeout(300)]


@pytest.fixture
def five():
    """Five nodes that move as fast as they may by default."""
    with clusters.Cluster(5) as running:
        yield running


@pytest.fixture
def slow_five():
    with clusters.Cluster(5, settings={"replica_move_rate": RATE}) as running:
        yield running


def create(cluster, topic, config=None):
    """A topic of one partition, on nodes 1, 2 and 3."""
    checker.create(cluster, topic, config=config)
    cluster.move(topic, 0, [1, 2, 3])
    cluster.wait_moved(topic, 0, [1, 2, 3])
    return topic


def create_filled(cluster, topic):
    """The same with something in it; what was written, to be verified."""
    return checker.filled(cluster, create(cluster, topic), 1, FILLED)


def wait_moving(cluster, topic, partition=0):
    """Until the move is listed; it is far from its end, as the rate is low."""
    until(lambda: (topic, partition) in cluster.reassignments(), f"the move of {topic}-{partition} is under way")


def error_at(node, topic):
    with wire.Connection(node.address) as connection:
        return connection.fetch(topic, 0, 0, wait_ms=0).error


def test_a_partition_moves_to_nodes_that_had_nothing_of_it(five, topic):
    create(five, topic)
    with checker.Load(five, topic, 1) as load:
        load.wait_for_more(2000)
        with load.phase("at rest"):
            load.wait_for_more(2000)
        with load.phase("while all three replicas move"):
            five.move(topic, 0, [4, 5, 1])
            five.wait_moved(topic, 0, [4, 5, 1])
            load.wait_for_more(500)
        assert five.leader(topic).id in (4, 5, 1)
    checker.verify(load)
    for gone in (five.node(2), five.node(3)):
        until(lambda: error_at(gone, topic) == wire.NOT_LEADER_OR_FOLLOWER, f"{gone} no longer serves it")


def test_away_and_back_again_many_times_under_load(five, topic):
    """A replica that returns is a new one: with its old votes it could elect a second leader."""
    create(five, topic)
    ways = ([4, 2, 3], [1, 2, 3], [4, 5, 1], [1, 2, 3], [3, 4, 5], [2, 1, 3], [5, 1, 2], [1, 2, 3])
    with checker.Load(five, topic, 1) as load:
        for target in ways:
            load.wait_for_more(300)
            five.move(topic, 0, target)
            five.wait_moved(topic, 0, target)
    checker.verify(load)


def test_back_before_it_is_quite_away(slow_five, topic):
    """Half-way, the move is turned round by another one, and that by a third; the last one counts."""
    written = create_filled(slow_five, topic)
    with checker.Load(slow_five, create(slow_five, f"{topic}-load"), 1, 200) as load:
        for target in ([4, 5, 1], [5, 2, 3], [4, 2, 1]):
            slow_five.move(topic, 0, target)
            wait_moving(slow_five, topic)
        slow_five.wait_moved(topic, 0, [4, 2, 1])
    checker.verify(load)
    checker.verify(written)


def test_the_replication_factor_grows_and_shrinks(five, topic):
    create(five, topic)
    with checker.Load(five, topic, 1) as load:
        for target in ([1, 2, 3, 4, 5], [5], [5, 4], [2, 4, 1]):
            load.wait_for_more(300)
            five.move(topic, 0, target)
            five.wait_moved(topic, 0, target)
    checker.verify(load)


def test_another_order_changes_only_who_is_preferred(five, topic):
    create(five, topic)
    before = five.node(1).identity()
    five.move(topic, 0, [3, 1, 2])
    five.wait_moved(topic, 0, [3, 1, 2], 20)
    assert five.node(1).identity() == before


@pytest.mark.parametrize("target", [[], [1, 1, 2], [1, 2, 77], [-1, 1, 2]], ids=str)
def test_a_move_that_makes_no_sense_is_refused(cluster, topic, target):
    checker.create(cluster, topic)
    cluster.move(topic, 0, target, errors=[wire.INVALID_REPLICA_ASSIGNMENT])
    assert cluster.reassignments() == {}
    assert sorted(cluster.partitions(topic)[0].replicas) == [1, 2, 3]


def test_what_does_not_exist_cannot_be_moved(cluster, topic):
    unknown_topic_or_partition = 3
    cluster.move(topic, 0, [1, 2, 3], errors=[unknown_topic_or_partition])
    checker.create(cluster, topic)
    cluster.move(topic, 1, [1, 2, 3], errors=[unknown_topic_or_partition])
    cluster.move(topic, 0, None, errors=[wire.NO_REASSIGNMENT_IN_PROGRESS])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the client's own making
def test_an_unmodified_client_moves_lists_and_cancels(slow_five, topic):
    from kafka import TopicPartition
    from kafka.admin import KafkaAdminClient

    create_filled(slow_five, topic)
    where = TopicPartition(topic, 0)
    admin = KafkaAdminClient(bootstrap_servers=slow_five.bootstrap)
    try:
        assert admin.alter_partition_reassignments({where: [4, 5, 1]}) == {where: None}
        until(lambda: where.topic in str(admin.list_partition_reassignments()), "it is listed")
        assert admin.alter_partition_reassignments({where: None}) == {where: None}
    finally:
        admin.close()
    slow_five.wait_moved(topic, 0, [1, 2, 3])


# Pace


def test_a_move_keeps_to_its_rate_and_spares_the_clients(slow_five, topic):
    written = create_filled(slow_five, topic)
    busy = create(slow_five, f"{topic}-busy")
    with checker.Load(slow_five, busy, 1, 500) as load:
        load.wait_for_more(500)
        with load.phase("at rest") as rest:
            load.wait_for_more(2000)
        with load.phase("during the move") as moving:
            begin = time.monotonic()
            slow_five.move(topic, 0, [4, 2, 3])
            slow_five.wait_moved(topic, 0, [4, 2, 3])
            took = time.monotonic() - begin
    print(f"{FILLED / took / MIB:.1f} MiB/s where {RATE / MIB} are allowed")
    assert took > 0.7 * FILLED / RATE, f"{FILLED} bytes in {took:.1f} s are faster than {RATE} bytes a second"
    assert took < 5 * FILLED / RATE + 10, f"{FILLED} bytes took {took:.1f} s"
    # A generous bound: a move that took the disk or the network for itself would block for its whole length, which is ten
    # seconds. That the machine stands still for half a second is no fault of it.
    assert moving.quantile(0.9) < max(0.25, 20 * rest.quantile(0.9)), f"{rest}; {moving}"
    checker.verify(load)
    checker.verify(written)


def test_a_cancelled_move_leaves_the_partition_where_it_was(slow_five, topic):
    written = create_filled(slow_five, topic)
    with checker.Load(slow_five, create(slow_five, f"{topic}-load"), 1, 200) as load:
        for _ in range(2):
            slow_five.move(topic, 0, [4, 5, 1])
            wait_moving(slow_five, topic)
            slow_five.move(topic, 0, None)
            slow_five.wait_moved(topic, 0, [1, 2, 3], 60)
        slow_five.move(topic, 0, None, errors=[wire.NO_REASSIGNMENT_IN_PROGRESS])
        slow_five.move(topic, 0, [4, 2, 3])
        slow_five.wait_moved(topic, 0, [4, 2, 3])
        load.wait_for_every_partition()
    checker.verify(load)
    checker.verify(written)


def test_a_topic_can_be_deleted_while_it_moves(slow_five, topic):
    create_filled(slow_five, topic)
    slow_five.move(topic, 0, [4, 5, 1])
    wait_moving(slow_five, topic)
    clients.CONFLUENT.run(slow_five, "delete", topic=topic)
    until(lambda: not any(slow_five.partitions(topic, ask=node) for node in slow_five.nodes), f"{topic} is gone")
    until(lambda: slow_five.reassignments() == {}, "nothing moves any more")
    slow_five.wait_settled()


# Kills


@pytest.mark.parametrize("victim", ["source", "target", "leader", "metadata leader", "all"])
def test_a_move_goes_on_after_kill_9(slow_five, topic, victim):
    written = create_filled(slow_five, topic)
    slow_five.move(topic, 0, [4, 5, 1])
    wait_moving(slow_five, topic)
    leader = slow_five.leader(topic)
    killed = {
        "source": [next(node for node in map(slow_five.node, (2, 3)) if node is not leader)],
        "target": [slow_five.node(4)],
        "leader": [leader],
        "metadata leader": [slow_five.metadata_leader()],
        "all": list(slow_five.nodes),
    }[victim]
    for node in killed:
        node.kill()
    slow_five.start()
    slow_five.wait_moved(topic, 0, [4, 5, 1])
    checker.verify(written)


def test_moves_under_load_and_kill_9(five, topic):
    """A different node dies in each move, source or target or neither."""
    create(five, topic)
    targets = ([4, 5, 1], [2, 3, 4], [5, 1, 2], [1, 2, 3], [3, 4, 5])
    with checker.Load(five, topic, 1) as load:
        for victim, target in zip(five.nodes, targets):
            load.wait_for_more(checker.random_moment())
            five.move(topic, 0, target)
            victim.kill()
            load.wait_for_every_partition(60)
            five.start()
            five.wait_moved(topic, 0, target)
    checker.verify(load)


def test_a_move_is_cancelled_at_a_node_that_has_not_heard_of_it_yet(topic):
    """Whether there is something to cancel is for the metadata to say, not for what one node knows."""
    with clusters.Cluster(5, settings={"replica_move_rate": RATE, **clusters.UNHURRIED}) as five:
        written = create_filled(five, topic)
        asked = next(node for node in five.nodes[3:] if node is not five.metadata_leader())
        for _ in range(10):
            with wire.Connection(asked.address) as connection, concurrent.futures.ThreadPoolExecutor(1) as cancelling:
                connection.api_versions()
                asked.pause()
                with wire.Connection(five.node(1).address) as elsewhere:
                    assert elsewhere.reassign(topic, 0, [4, 5, 1]) == 0
                cancelled = cancelling.submit(connection.reassign, topic, 0, None)
                until(lambda: connection.correlation == 2, "it is on its way")
                asked.resume()
                assert cancelled.result(20) == 0
            five.wait_moved(topic, 0, [1, 2, 3])
        checker.verify(written)


def test_a_move_to_a_dead_node_waits_for_it_and_can_be_cancelled(five, topic):
    create(five, topic)
    with checker.Load(five, topic, 1) as load:
        five.node(5).kill()
        five.move(topic, 0, [5, 2, 3])
        load.wait_for_more(2000)
        assert (topic, 0) in five.reassignments()
        until(lambda: sorted(five.partitions(topic)[0].isr) == [1, 2, 3], "who cannot come does not cost anything")
        five.move(topic, 0, None)
        five.wait_moved(topic, 0, [1, 2, 3])
        five.move(topic, 0, [5, 2, 3])
        five.start()
        five.wait_moved(topic, 0, [5, 2, 3])
    checker.verify(load)


# Behind the purge point


TRIMMED = {"retention.bytes": 2 * MIB}
PURGING = clusters.merged(clusters.SMALL_FILES, {"retention_check_interval_ms": 500})
LARGE = 20_000  # bytes of a record


def log_start(node, topic):
    with wire.Connection(node.address) as connection:
        return connection.bounds(topic, 0)[0]


def wait_purged(nodes, topic, offset):
    """Until the log of each node begins so far behind that offset that several WAL files lie between."""
    far = offset + 16 * MIB // LARGE
    until(
        lambda: all(log_start(node, topic) > far for node in nodes),
        lambda: f"the log begins behind {far}: {[log_start(node, topic) for node in nodes]}",
        90,
    )


def test_a_follower_that_was_away_while_the_others_purged_gets_the_state_and_then_the_log(topic):
    with clusters.Cluster(3, settings=PURGING) as three:
        checker.create(three, topic, config=TRIMMED)
        with checker.Load(three, topic, 1, 200, LARGE) as load:
            load.wait_for_more(200)
            away = three.others(three.leader(topic))[0]
            away.kill()
            behind = load.acknowledged[0][-1][1]
            wait_purged(three.others(away), topic, behind)
            away.start()
            three.wait_ready(away)
            three.wait_in_sync(topic)
            assert log_start(away, topic) > behind, "it begins where the others do"

            # What it got must carry on by itself: one of those who knew more is gone.
            gone = three.others(away)[0]
            gone.kill()
            load.wait_for_every_partition(60)
            three.start()
            three.wait_in_sync(topic)
        checker.verify(load, trimmed=True)


def test_a_new_replica_of_a_partition_that_was_trimmed_begins_where_the_others_do(topic):
    with clusters.Cluster(4, settings=PURGING) as four:
        create(four, topic, TRIMMED)
        with checker.Load(four, topic, 1, 200, LARGE) as load:
            wait_purged(four.others(four.node(4)), topic, 0)
            four.move(topic, 0, [4, 2, 3])
            four.wait_moved(topic, 0, [4, 2, 3])
            load.wait_for_every_partition()
            assert log_start(four.node(4), topic) > 0
        checker.verify(load, trimmed=True)
