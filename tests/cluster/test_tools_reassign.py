"""Kafka's own tools that place, trim and configure: the command lines an operator types, and what they print."""

import json
import re
import subprocess

import checker
import clients
import cluster as clusters
import pytest
from cluster import until

MIB = 1 << 20
# A move that half a dozen runs of Java find still under way: 80 seconds.
SLOW = {"replica_move_rate": MIB // 4}  # bytes per second
FILLED = 20 * MIB
NOTHING_MOVES = "No partition reassignments found."

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def four():
    """Four nodes that stay alive."""
    with clusters.Cluster(4) as running:
        yield running


def run(cluster, name, *options, seconds=90):
    command = [clients.BIN / name, "--bootstrap-server", cluster.bootstrap, *map(str, options)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)


def tool(cluster, name, *options):
    """What the tool printed; it must succeed."""
    done = run(cluster, name, *options)
    assert done.returncode == 0, f"{name} {options} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def refused(cluster, name, *options):
    """All that the tool printed; it must fail."""
    done = run(cluster, name, *options)
    assert done.returncode != 0, f"{name} {options} should fail\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


# Reassignments


@pytest.fixture
def reassign(tmp_path):
    """Runs kafka-reassign-partitions with an assignment, as dictionaries, in the file that it wants."""

    def command(cluster, action, partitions, *options, expect=tool):
        path = tmp_path / "reassignment.json"
        path.write_text(json.dumps({"version": 1, "partitions": partitions}))
        return expect(cluster, "kafka-reassign-partitions", action, "--reassignment-json-file", path, *options)

    return command


def on(topic, *replicas):
    """Partition 0 of a topic on these nodes."""
    return [{"topic": topic, "partition": 0, "replicas": list(replicas)}]


def documents(printed):
    """The assignments in what the tool printed."""
    return [json.loads(line)["partitions"] for line in printed.splitlines() if line.startswith("{")]


def listed(cluster):
    return tool(cluster, "kafka-reassign-partitions", "--list")


def on_123(cluster, topic):
    """A topic of one partition on nodes 1, 2 and 3."""
    checker.create(cluster, topic)
    cluster.move(topic, 0, [1, 2, 3])
    cluster.wait_moved(topic, 0, [1, 2, 3])
    return topic


def test_a_partition_is_moved_verified_and_brought_back(four, topic, reassign):
    written = checker.filled(four, on_123(four, topic), 1, MIB)
    started = reassign(four, "--execute", on(topic, 4, 2, 1))
    assert f"Successfully started partition reassignment for {topic}-0" in started
    (before,) = documents(started)
    assert [partition["replicas"] for partition in before] == [[1, 2, 3]]
    four.wait_moved(topic, 0, [4, 2, 1])
    verified = reassign(four, "--verify", on(topic, 4, 2, 1))
    assert f"Reassignment of partition {topic}-0 is completed." in verified
    assert f"Clearing topic-level throttles on topic {topic}" in verified, "there are none, and that is no error"

    # What it said to save for a rollback names the log directories: those are asked for too.
    reassign(four, "--execute", before, "--timeout", 60_000)
    four.wait_moved(topic, 0, [1, 2, 3])
    verified = reassign(four, "--verify", before)
    assert f"Reassignment of partition {topic}-0 is completed." in verified
    for node in (1, 2, 3):
        assert f"Reassignment of replica {topic}-0-{node} completed successfully." in verified
    checker.verify(written)


def test_the_tool_proposes_an_assignment_that_works(four, topic, tmp_path, reassign):
    checker.create(four, topic, partitions=4)
    path = tmp_path / "topics.json"
    path.write_text(json.dumps({"version": 1, "topics": [{"topic": topic}]}))
    generate = ["--generate", "--topics-to-move-json-file", path, "--broker-list", "1,2,3,4"]
    current, proposed = documents(tool(four, "kafka-reassign-partitions", *generate))
    assert len(current) == len(proposed) == 4
    reassign(four, "--execute", proposed)
    for partition in proposed:
        four.wait_moved(topic, partition["partition"], partition["replicas"])


def test_another_order_is_no_reassignment(four, topic, reassign):
    on_123(four, topic)
    reassign(four, "--execute", on(topic, 3, 1, 2))
    four.wait_moved(topic, 0, [3, 1, 2])
    assert f"{topic}-0 is completed" in reassign(four, "--verify", on(topic, 3, 1, 2))


def test_a_move_is_listed_and_cancelled(topic, reassign):
    with clusters.Cluster(4, settings=SLOW) as slow:
        written = checker.filled(slow, on_123(slow, topic), 1, FILLED)
        reassign(slow, "--execute", on(topic, 4, 2, 1))
        assert re.search(rf"^{re.escape(topic)}-0: replicas: [1-4,]+\. adding: 4\. removing: 3\.$", listed(slow), re.M)
        assert f"{topic}-0 is still in progress" in reassign(slow, "--verify", on(topic, 4, 2, 1))
        described = tool(slow, "kafka-topics", "--describe", "--topic", topic)
        assert re.search(r"Adding Replicas: 4\s+Removing Replicas: 3", described), described
        again = reassign(slow, "--execute", on(topic, 4, 2, 3), expect=refused)
        assert "Use --additional to override this" in again
        cancelled = reassign(slow, "--cancel", on(topic, 4, 2, 1))
        assert f"Successfully cancelled partition reassignment for: {topic}-0" in cancelled
        slow.wait_moved(topic, 0, [1, 2, 3])
        assert NOTHING_MOVES in listed(slow)
        none = reassign(slow, "--cancel", on(topic, 4, 2, 1))
        assert "None of the specified partition reassignments are active." in none
        checker.verify(written)


def test_what_cannot_be_is_refused_and_moves_nothing(four, topic, reassign):
    on_123(four, topic)
    assert "Unknown broker id 9" in reassign(four, "--execute", on(topic, 1, 2, 9), expect=refused)
    fewer = reassign(four, "--execute", on(topic, 1, 2), "--disallow-replication-factor-change", expect=refused)
    assert f"Error reassigning partition(s):\n{topic}-0: " in fewer
    throttled = reassign(four, "--execute", on(topic, 4, 2, 1), "--throttle", 1_000_000, expect=refused)
    assert "there are no replication throttles here" in throttled
    assert NOTHING_MOVES in listed(four)
    assert four.partitions(topic)[0].replicas == [1, 2, 3]


def test_the_replication_factor_is_changed(four, topic, reassign):
    on_123(four, topic)
    for target in ([1, 2, 3, 4], [4, 1]):
        reassign(four, "--execute", on(topic, *target))
        four.wait_moved(topic, 0, target)


def test_every_node_tells_what_lies_in_its_log_directory(four, topic):
    checker.filled(four, on_123(four, topic), 1, MIB)
    printed = tool(four, "kafka-log-dirs", "--describe", "--topic-list", topic)
    (found,) = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    held = {}
    for broker in found["brokers"]:
        (directory,) = broker["logDirs"]
        assert directory["error"] is None
        held[broker["broker"]] = [entry for entry in directory["partitions"] if entry["partition"] == f"{topic}-0"]
    assert sorted(node for node, entries in held.items() if entries) == [1, 2, 3]
    for entries in held.values():
        assert all(entry["size"] > 0 and entry["offsetLag"] == 0 and not entry["isFuture"] for entry in entries), held


# Elections


def elect(cluster, kind, *options, expect=tool):
    return expect(cluster, "kafka-leader-election", "--election-type", kind, *options)


def test_leadership_goes_back_to_the_preferred_leader(four, topic):
    on_123(four, topic)
    leader = four.partitions(topic)[0].leader
    preferred = next(node for node in (1, 2, 3) if node != leader)
    replicas = [preferred, *(node for node in (1, 2, 3) if node != preferred)]
    four.move(topic, 0, replicas)
    four.wait_moved(topic, 0, replicas)
    # Should the cluster have been quicker by itself, the tool says that there was nothing to do.
    assert f"{topic}-0" in elect(four, "preferred", "--topic", topic, "--partition", 0)
    until(lambda: four.partitions(topic)[0].leader == preferred, f"node {preferred} leads")
    again = elect(four, "preferred", "--topic", topic, "--partition", 0)
    assert f"Valid replica already elected for partitions {topic}-0" in again
    four.wait_in_sync(topic)
    elect(four, "preferred", "--all-topic-partitions")


def test_no_unclean_leader_is_elected_where_there_is_a_leader(four, topic):
    on_123(four, topic)
    asked = elect(four, "unclean", "--topic", topic, "--partition", 0)
    assert f"Valid replica already elected for partitions {topic}-0" in asked
    elect(four, "unclean", "--all-topic-partitions")


@pytest.mark.kills
def test_elections_without_the_replicas_that_they_need_are_refused(fresh_cluster, topic):
    checker.create(fresh_cluster, topic)
    preferred, *others = fresh_cluster.replicas(topic, 0)
    alone = checker.create(fresh_cluster, f"{topic}-alone", replication=1)
    fresh_cluster.move(alone, 0, [preferred.id])
    fresh_cluster.wait_moved(alone, 0, [preferred.id])
    preferred.kill()

    def leaders_everywhere(asked):
        return {fresh_cluster.partitions(asked, ask=node)[0].leader for node in others}

    until(lambda: leaders_everywhere(topic) <= {node.id for node in others}, "another node leads")
    until(lambda: leaders_everywhere(alone) == {-1}, "nobody leads what only the dead node has")
    gone = elect(fresh_cluster, "preferred", "--topic", topic, "--partition", 0, expect=refused)
    assert "PreferredLeaderNotAvailableException" in gone
    nobody = elect(fresh_cluster, "unclean", "--topic", alone, "--partition", 0, expect=refused)
    assert "EligibleLeadersNotAvailableException" in nobody
    assert "leaders are never elected uncleanly" in nobody


# Records


def test_records_are_deleted_up_to_an_offset(four, topic, tmp_path):
    checker.create(four, topic)
    clients.CONFLUENT.produce(four, topic, [(None, str(number)) for number in range(20)])
    path = tmp_path / "offsets.json"

    def delete_before(offset):
        path.write_text(json.dumps({"version": 1, "partitions": [{"topic": topic, "partition": 0, "offset": offset}]}))
        return tool(four, "kafka-delete-records", "--offset-json-file", path)

    assert f"partition: {topic}-0\tlow_watermark: 7" in delete_before(7)
    assert f"{topic}:0:7" in tool(four, "kafka-get-offsets", "--topic", topic, "--time", "earliest")
    assert "OffsetOutOfRangeException" in delete_before(21)
    assert f"partition: {topic}-0\tlow_watermark: 20" in delete_before(-1)


# Settings


def alter(cluster, *options, expect=tool):
    return expect(cluster, "kafka-configs", "--alter", *options)


def described(cluster, topic):
    """The settings of a topic that are not the defaults."""
    printed = tool(cluster, "kafka-configs", "--describe", "--topic", topic)
    return dict(re.findall(r"^  (\S+)=(\S*) sensitive=", printed, re.M))


def test_settings_of_a_topic_are_altered_and_reset(four, topic):
    checker.create(four, topic)
    done = alter(four, "--topic", topic, "--add-config", "retention.ms=3600000,retention.bytes=1000000")
    assert f"Completed updating config for topic {topic}." in done
    until(
        lambda: described(four, topic) == {"retention.ms": "3600000", "retention.bytes": "1000000"},
        "the node that is asked knows the settings",
    )
    alter(four, "--topic", topic, "--delete-config", "retention.ms")
    until(lambda: described(four, topic) == {"retention.bytes": "1000000"}, "one setting is left")


@pytest.mark.parametrize("bad", ["retention.ms=-2", "retention.minutes=1", "leader.replication.throttled.replicas=*"])
def test_settings_that_make_no_sense_are_refused(four, topic, bad):
    checker.create(four, topic)
    assert "InvalidConfigurationException" in alter(four, "--topic", topic, "--add-config", bad, expect=refused)
    assert described(four, topic) == {}


def test_settings_of_a_topic_that_is_not_there_cannot_be_altered(four, topic):
    unknown = alter(four, "--topic", topic, "--add-config", "retention.ms=1000", expect=refused)
    assert "UnknownTopicOrPartitionException" in unknown


@pytest.mark.parametrize("whose", [["--broker", "1"], ["--broker-defaults"]], ids=" ".join)
def test_settings_of_nodes_stand_in_their_configuration_files(four, whose):
    said = alter(four, *whose, "--add-config", "num.partitions=7", expect=refused)
    assert "InvalidConfigurationException" in said
