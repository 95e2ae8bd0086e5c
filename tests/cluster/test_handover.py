"""Leadership changes hands again and again under an idempotent producer with five requests in flight.

A batch on its way meets the old leader, the new one and the detour from one to the other, all within milliseconds.
CHRONIK_HANDOVERS=N   how often each partition's leadership changes hands (60)
"""

import concurrent.futures
import os

import checker
import cluster as clusters
import pytest
import wire
from cluster import until
from confluent_kafka import ElectionType, TopicPartition
from confluent_kafka.admin import AdminClient

HANDOVERS = int(os.environ.get("CHRONIK_HANDOVERS", "60"))
PARTITIONS = 4
RECORDS_PER_SECOND = 4000
# It takes so long to see that a node is silent, and an election that waits for it may take much longer.
SILENCE_MS, ELECTION_MS = 2000, 12_000

pytestmark = [pytest.mark.kills, pytest.mark.timeout(300)]


def prefer_the_next(cluster, topic, round_):
    """Makes the next replica of each partition the preferred one."""
    for partition, seen in cluster.partitions(topic).items():
        by_rank = sorted(seen.replicas)
        turn = (round_ + partition) % len(by_rank)
        cluster.move(topic, partition, by_rank[turn:] + by_rank[:turn])


def hand_over(cluster, admin, topic, round_):
    """Makes the next replica of each partition the preferred one, and elects it."""
    prefer_the_next(cluster, topic, round_)
    wanted = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]

    def elected():
        answers = admin.elect_leaders(ElectionType.PREFERRED, wanted).result(30)
        # Another node may not have heard yet of the order that is preferred now.
        return all(p.leader == p.replicas[0] for p in cluster.partitions(topic).values()) and answers

    until(elected, "the preferred replicas lead", 30)


def epochs(cluster, topic, partition):
    """The producer epochs in a partition's log. A producer that was told of a gap begins the next one."""
    node = cluster.replicas(topic, partition)[0]
    log = wire.read_log(node.address, topic, partition, checker.bounds_at(node, topic, partition)[1])
    return {wire.producer_of(batch)[1] for _, _, batch in wire.whole_batches(log)}


def test_leaders_that_have_not_heard_of_the_new_order_hand_over_by_it_all_the_same(fresh_cluster, topic):
    checker.create(fresh_cluster, topic, PARTITIONS)
    admin = AdminClient({"bootstrap.servers": fresh_cluster.bootstrap})
    wanted = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    for round_ in range(200):
        prefer_the_next(fresh_cluster, topic, round_)
        # Who asks would wait for a minute if nobody handed over.
        assert len(admin.elect_leaders(ElectionType.PREFERRED, wanted).result(15)) == PARTITIONS


@pytest.fixture
def patient_cluster():
    """Nodes that only a long silence, and no busy moment of the machine, makes look for other leaders."""
    with clusters.Cluster(3, settings={"cluster.raft": {"election_timeout_ms": SILENCE_MS}}) as running:
        yield running


def test_who_is_no_longer_in_sync_is_not_asked_to_lead_again_and_again(patient_cluster, topic):
    """Who hands over to a replica that does not answer finds another heir in the end: it would be a change each time."""
    checker.create(patient_cluster, topic)
    leader = patient_cluster.partitions(topic)[0].leader
    heir = next(node for node in patient_cluster.nodes if node.id != leader and node is not patient_cluster.metadata_leader())
    others = patient_cluster.others(heir)
    patient_cluster.move(topic, 0, [heir.id, *(node.id for node in others)])

    def seen(node):
        return patient_cluster.partitions(topic, ask=node)[0]

    until(lambda: all(seen(node).replicas[0] == heir.id for node in others), "all have heard of the new order")
    heir.pause()
    with wire.Connection(others[0].address, timeout=30) as connection, concurrent.futures.ThreadPoolExecutor(1) as asking:
        answer = asking.submit(connection.elect_preferred, topic, 0, ELECTION_MS)
        until(lambda: all(seen(node).leader > 0 and heir.id not in seen(node).isr for node in others), "the heir is not in sync")
        epoch = seen(others[0]).epoch
        assert answer.result(30) == wire.PREFERRED_LEADER_NOT_AVAILABLE
    # One hand-over may have been on its way.
    assert max(seen(node).epoch for node in others) <= epoch + 1


def test_no_record_is_doubled_when_the_pipeline_of_a_producer_meets_two_leaders(fresh_cluster, topic):
    checker.create(fresh_cluster, topic, PARTITIONS)
    admin = AdminClient({"bootstrap.servers": fresh_cluster.bootstrap})
    with checker.Load(fresh_cluster, topic, PARTITIONS, RECORDS_PER_SECOND, **{"linger.ms": 0}) as load:
        for round_ in range(HANDOVERS):
            hand_over(fresh_cluster, admin, topic, round_)
            load.wait_for_every_partition()
    for partition in range(PARTITIONS):
        assert epochs(fresh_cluster, topic, partition) == {0}, "nobody was told of gaps, as the producer made none"
    print(f"{checker.verify(load)} records through {HANDOVERS * PARTITIONS} changes of leader", flush=True)
