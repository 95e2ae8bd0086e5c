"""What every unmodified client must be able to do. One specification, seven clients."""

import subprocess
import time

import clients
import pytest
from cluster import until

each_client = pytest.mark.parametrize("client", clients.ALL, ids=str)
each_codec = pytest.mark.parametrize(
    ("client", "codec"),
    [(client, codec) for client in clients.ALL for codec in client.codecs if codec != "none"],
    ids=str,
)
KEYED = [(f"key-{number % 4}", f"keyed {number}") for number in range(20)]
UNKEYED = [(None, f"unkeyed {number}") for number in range(20)]


@pytest.fixture
def make_topic(cluster, topic):
    """Creates the test's topic with any client's idea of creating; it is in sync on return."""

    def make(partitions, client=clients.CONFLUENT):
        client.run(cluster, "create", topic=topic, partitions=partitions, replication=3)
        cluster.wait_in_sync(topic)
        return topic

    return make


def pairs(records):
    return [(record["key"], record["value"]) for record in records]


@pytest.mark.parametrize("client", [client for client in clients.ALL if client.manages_topics], ids=str)
def test_creates_and_deletes_a_topic(cluster, make_topic, client):
    topic = make_topic(4, client)
    partitions = cluster.partitions(topic)
    assert sorted(partitions) == [0, 1, 2, 3]
    assert all(sorted(partition.replicas) == [1, 2, 3] for partition in partitions.values())

    client.run(cluster, "delete", topic=topic)
    until(lambda: not any(cluster.partitions(topic, ask=node) for node in cluster.nodes), f"{topic} is gone from all nodes")


@each_client
@pytest.mark.parametrize("acks", ["0", "1", "all"])
def test_what_is_produced_is_read_back_once_and_in_order(cluster, make_topic, client, acks):
    topic = make_topic(3)
    client.produce(cluster, topic, KEYED + UNKEYED, acks=acks)

    records = client.consume(cluster, topic, 40)

    assert sorted(pairs(records), key=str) == sorted(KEYED + UNKEYED, key=str)
    for partition in range(3):
        there = [record for record in records if record["partition"] == partition]
        assert [record["offset"] for record in there] == list(range(len(there)))
    for key in {key for key, _ in KEYED}:
        mine = [record for record in records if record["key"] == key]
        assert len({record["partition"] for record in mine}) == 1, "one key, one partition"
        assert pairs(mine) == [pair for pair in KEYED if pair[0] == key], "in the order produced"


@each_client
def test_an_idempotent_producer_is_served(cluster, make_topic, client):
    topic = make_topic(2)
    client.produce(cluster, topic, KEYED, idempotent=True)
    assert sorted(pairs(client.consume(cluster, topic, 20))) == sorted(KEYED)
    assert sum(client.offset(cluster, topic, "latest", partition) for partition in range(2)) == 20


@each_codec
def test_a_codec_passes_through_untouched(cluster, make_topic, client, codec):
    """Read by the client itself and by confluent-kafka, which checks every batch's CRC."""
    topic = make_topic(1)
    records = [(f"key-{number}", "compressible " * 100 + str(number)) for number in range(50)]
    client.produce(cluster, topic, records, codec=codec)
    assert pairs(client.consume(cluster, topic, 50)) == records
    assert pairs(clients.CONFLUENT.consume(cluster, topic, 50)) == records


@each_client
def test_a_group_commits_and_resumes_where_it_stopped(cluster, make_topic, client):
    topic = make_topic(1)
    group = f"group-of-{topic}"
    records = [(None, f"value {number}") for number in range(10)]
    client.produce(cluster, topic, records)
    assert pairs(client.consume(cluster, topic, 4, group)) == records[:4]
    assert pairs(client.consume(cluster, topic, 6, group)) == records[4:]


@each_client
def test_offsets_are_listed_by_place_and_by_time(cluster, make_topic, client):
    topic = make_topic(1)
    client.produce(cluster, topic, UNKEYED[:5])
    between = int(time.time() * 1000) + 1
    until(lambda: time.time() * 1000 > between + 1, "the clock has moved on")
    client.produce(cluster, topic, UNKEYED[5:])

    assert client.offset(cluster, topic, "earliest") == 0
    assert client.offset(cluster, topic, "latest") == 20
    assert client.offset(cluster, topic, between) == 5


@each_client
def test_a_group_shares_its_partitions_among_its_members(cluster, make_topic, client):
    topic = make_topic(4)
    group = f"group-of-{topic}"
    everything = {0, 1, 2, 3}
    with client.member(cluster, topic, group) as first:
        until(lambda: first.assigned == everything, "a lone member has every partition")
        with client.member(cluster, topic, group) as second:
            until(
                lambda: len(first.assigned) == len(second.assigned) == 2 and first.assigned | second.assigned == everything,
                "two members have half each",
                60,
            )
        until(lambda: first.assigned == everything, "the member that is left has everything again", 60)


def test_an_unknown_topic_is_created_at_the_first_produce(cluster, topic):
    """kcat creates no topics: as with Kafka, asking for one is enough."""
    clients.KCAT.produce(cluster, topic, UNKEYED)
    assert sorted(pairs(clients.KCAT.consume(cluster, topic, 20)), key=str) == sorted(UNKEYED, key=str)
    assert all(len(partition.replicas) == 3 for partition in cluster.partitions(topic).values())


def test_kcat_lists_brokers_and_partitions(cluster, make_topic):
    topic = make_topic(3)
    listed = subprocess.run(
        ["kcat", "-L", "-b", cluster.bootstrap, "-t", topic], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    assert "3 brokers:" in listed
    assert f'topic "{topic}" with 3 partitions:' in listed
    for node in cluster.nodes:
        assert f"broker {node.id} at {node.address}" in listed


@pytest.mark.parametrize("node", [1, 2, 3])
def test_any_single_node_is_enough_to_start_from(cluster, make_topic, node):
    class OneNode:
        bootstrap = cluster.node(node).address

    topic = make_topic(3)
    clients.CONFLUENT.produce(OneNode, topic, KEYED)
    assert sorted(pairs(clients.CONFLUENT.consume(OneNode, topic, 20))) == sorted(KEYED)
