"""What the admin API shows of partitions is how they are, a look or two after something happened.

A node looks again only where something may have changed, and at the rest within 32 looks: what is overlooked would be
shown that long, which is more than these tests wait.
"""

import functools
import json
import random

import checker
import cluster as clusters
import pytest
import wire
from cluster import until
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

PARTITIONS = 12
LOOKS = 6  # seconds, as many looks: fewer than it takes until all is looked at anyway

pytestmark = [pytest.mark.kills, pytest.mark.timeout(300)]


def shown(topic, ask):
    """What the node shows of each partition: leader, log start offset and high watermark, who trails, ISR."""
    told = ask.admin(f"/admin/v1/partitions?topic={topic}&limit=1000")["partitions"]

    def of(view):
        raft = view.get("raft") or {"followers": []}
        trails = {f["node_id"]: int(f["trails_by"]) for f in raft["followers"]}
        bounds = int(view.get("log_start_offset", -1)), int(view.get("high_watermark", -1))
        return {"leader": view.get("leader"), "bounds": bounds, "trails": trails, "isr": sorted(view["isr"])}

    return {view["partition"]: of(view) for view in told}


def truth(cluster, topic):
    """The same, asked of each partition's leader over Kafka's protocol; all followers that run have everything."""
    running = {node.id for node in cluster.nodes if node.is_running()}

    def of(index, partition):
        with wire.Connection(cluster.node(partition.leader).address) as connection:
            bounds = connection.bounds(topic, index)
        others = [replica for replica in partition.replicas if replica != partition.leader and replica in running]
        return {"leader": partition.leader, "bounds": tuple(bounds), "trails": dict.fromkeys(others, 0), "isr": sorted(partition.isr)}

    return {index: of(index, partition) for index, partition in cluster.partitions(topic).items()}


def wait_shown(cluster, topic, ask):
    """Until the node shows the truth; of followers that do not run it may say what it wants."""

    def lies():
        running = {node.id for node in cluster.nodes if node.is_running()}
        try:
            told, true = shown(topic, ask), truth(cluster, topic)
        except (OSError, ValueError, wire.KafkaError) as error:  # a leader moves
            return {"unknown": repr(error)}
        for view in told.values():
            view["trails"] = {node: by for node, by in view["trails"].items() if node in running}
        return {index: (told.get(index), is_so) for index, is_so in true.items() if told.get(index) != is_so}

    until(lambda: not lies(), lambda: f"{ask} shows how it is, (shown, truth): {json.dumps(lies())}", LOOKS)


def send(cluster, topic, partition, count):
    """So many batches, each taken by the leader, whoever that is by then."""

    def taken(number):
        with wire.Connection(cluster.node(cluster.partitions(topic)[partition].leader).address) as connection:
            return connection.produce(topic, partition, wire.record_batch([b"%d" % number])).error == 0

    for number in range(count):
        until(functools.partial(taken, number), f"batch {number} is taken")


def test_every_change_is_seen_at_the_next_looks(topic):
    with clusters.Cluster(3) as cluster:
        checker.create(cluster, topic, PARTITIONS)
        wait_shown(cluster, topic, cluster.nodes[0])
        chosen = random.Random(topic)
        for _ in range(5):
            for partition in chosen.sample(range(PARTITIONS), 3):
                send(cluster, topic, partition, chosen.randint(1, 5))
            for node in cluster.nodes:
                wait_shown(cluster, topic, node)
        away = cluster.nodes[2]
        away.kill()
        until(lambda: all(p.leader not in (-1, away.id) for p in cluster.partitions(topic).values()), "others lead")
        for partition in range(PARTITIONS):
            send(cluster, topic, partition, 2)
        wait_shown(cluster, topic, cluster.nodes[0])
        away.start()
        cluster.wait_in_sync(topic)
        for node in cluster.nodes:
            wait_shown(cluster, topic, node)
        moved = next(index for index, partition in cluster.partitions(topic).items() if partition.leader != away.id)
        cluster.nodes[0].post(f"/admin/v1/partitions/{topic}/{moved}/leader", to=away.id)
        for node in cluster.nodes:
            wait_shown(cluster, topic, node)
        where = TopicPartition(topic, moved, 1)
        admin = AdminClient({"bootstrap.servers": cluster.bootstrap})
        assert admin.delete_records([where])[where].result(60).low_watermark == 1
        for node in cluster.nodes:
            wait_shown(cluster, topic, node)
