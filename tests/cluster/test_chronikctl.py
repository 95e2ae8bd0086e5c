"""chronikctl as an operator uses it, every family against real nodes: as tables for people, as JSON for scripts."""

import json

import clients
import pytest
from cluster import until

pytestmark = pytest.mark.timeout(300)

# A command, the kind of its envelope, and what its table says. {topic} is led and in sync on three nodes.
QUESTIONS = [
    ("node list", "Nodes", "REPLICAS"),
    ("node describe 2", "Node", "Leads:"),
    ("topic list", "Topics", "{topic}"),
    ("topic describe {topic}", "Topic", "retention.ms"),
    ("partition list --topic {topic}", "Partitions", "{topic}-0"),
    ("partition describe {topic}-0", "Partition", "In sync:"),
    ("group list", "Groups", "COORDINATOR"),
    ("raft list", "RaftGroups", "__metadata"),
    ("raft describe __metadata", "RaftGroup", "Committed:"),
    ("events", "Events", "MESSAGE"),
    ("audit", "AuditLog", "ACTION"),
    ("key list", "Keys", "bootstrap"),
    ("config view 1", "NodeConfig", "replication_factor"),
    ("doctor", "Doctor", "peers"),
]


def ctl(node, command, code=0):
    """What `chronikctl COMMAND` prints; it must end with this code."""
    done = node.ctl(*(command.split() if isinstance(command, str) else command), seconds=60)
    assert done.returncode == code, f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def ctl_json(node, command, code=0):
    return json.loads(ctl(node, f"{command} -o json", code))


def create(cluster, topic, partitions=1):
    ctl(cluster.any_node(), f"topic create {topic} --partitions {partitions} --replication-factor 3")
    cluster.wait_in_sync(topic)


@pytest.mark.parametrize(("command", "kind", "says"), QUESTIONS, ids=[question[0] for question in QUESTIONS])
def test_every_question_has_a_table_and_an_envelope(cluster, topic, command, kind, says):
    create(cluster, topic)
    command = command.format(topic=topic)
    node = cluster.any_node()

    def answered():
        done = node.ctl(*command.split())
        return done.returncode == 0 and says.format(topic=topic) in done.stdout

    until(answered, lambda: f"{command} says {says}: {node.ctl(*command.split())}")
    envelope = ctl_json(node, command)
    assert (envelope["kind"], envelope["version"]) == (kind, 1)


def test_a_topic_is_created_altered_and_deleted(cluster, topic):
    node = cluster.any_node()
    assert ctl_json(node, f"topic create {topic} --partitions 2 --replication-factor 3 --set retention.ms=60000")["kind"] == "TopicCreated"
    told = json.loads(node.ctl("topic", "create", topic, "-o", "json").stderr)
    assert (told["kind"], told["exit_code"], told["problem"]["code"]) == ("Problem", 1, "topic_exists")
    ctl(node, f"topic alter {topic} --partitions 3")
    ctl(node, f"config set retention.bytes=1048576 --topic {topic}")
    detail = ctl(node, f"topic describe {topic}")
    assert "60000" in detail and "1048576" in detail
    until(lambda: len(ctl(node, f"partition list --topic {topic} -o name").split()) == 3, "the third partition is listed")
    ctl(node, f"topic delete {topic}", code=2)
    ctl(node, f"topic delete {topic} --yes")
    assert topic not in ctl(node, "topic list -o name").split()
    ctl(node, f"topic describe {topic}", code=1)


def test_a_leader_is_transferred_and_the_audit_log_says_who_asked_for_it(cluster, topic):
    create(cluster, topic)
    node = cluster.any_node()
    to = cluster.replicas(topic, 0)[1].id
    ctl(node, ["partition", "transfer-leader", f"{topic}-0", "--to", to, "--reason", "because of a test"])
    until(lambda: cluster.partitions(topic)[0].leader == to, f"clients see node {to} lead")
    (entry,) = [entry for entry in ctl_json(node, "audit")["entries"] if topic in entry["object"] and "create" not in entry["action"]]
    assert (entry["key_id"], entry["reason"], entry["result"]) == ("bootstrap", "because of a test", "ok")


def test_a_drained_node_leads_nothing_until_it_is_undrained(fresh_cluster, topic):
    create(fresh_cluster, topic, partitions=3)
    fresh_cluster.wait_settled()
    node = fresh_cluster.node(1)

    def drained():
        listed = {entry["node_id"]: entry for entry in ctl_json(node, "node list")["nodes"]}
        led_by = {partition.leader for partition in fresh_cluster.partitions(topic).values()}
        return listed[2]["leaders"] == 0 and listed[2]["drained"] and not led_by & {2, -1}

    ctl(node, "node drain 2")
    until(drained, "node 2 is drained and leads nothing")
    until(lambda: "node_drained" in healthy(node), "a drained node is told of, and no fault")
    ctl(node, "node undrain 2")
    until(lambda: healthy(node) and "node_drained" not in healthy(node), "nothing is told of it any more")


def healthy(node):
    """What `chronikctl health` prints; nothing while it finds faults."""
    done = node.ctl("health")
    return done.stdout if done.returncode == 0 else ""


def test_the_lag_of_a_group_is_what_it_has_not_read(cluster, topic):
    create(cluster, topic)
    node = cluster.any_node()

    def lag():
        listed = {group["group"]: group for group in ctl_json(node, "group list")["groups"]}
        told = listed.get(topic, {}).get("lag")  # there is none while a leader is not known
        return None if told is None else int(told)

    clients.CONFLUENT.produce(cluster, topic, [(f"k{n}", "v") for n in range(10)])
    clients.CONFLUENT.consume(cluster, topic, 10, group=topic)
    until(lambda: lag() == 0, "nothing is left to be read")
    clients.CONFLUENT.produce(cluster, topic, [(f"k{n}", "v") for n in range(7)])
    until(lambda: lag() == 7, "what was not read is the lag")
    until(lambda: ctl_json(node, f"group describe {topic}")["state"] == "Empty", "the consumer has left")
    ctl(node, f"group reset-offsets {topic} --to-earliest --yes")
    until(lambda: lag() == 17, "all is to be read again")
    ctl(node, f"group delete {topic} --yes")
    assert topic not in ctl(node, "group list -o name").split()


def test_a_key_works_within_its_role_until_it_is_revoked(cluster, topic, tmp_path):
    node = cluster.any_node()
    made = ctl_json(node, f"key create {topic} --role read")
    file = tmp_path / "key"
    file.write_text(made["secret"])
    with_it = f"--api-key-file {file}"
    until(lambda: cluster.any_node().ctl("node", "list", *with_it.split()).returncode == 0, "nodes accept the new key")
    ctl(node, f"node drain 2 {with_it}", code=4)
    assert made["id"] in ctl(node, "key list -o name").split()
    ctl(node, f"key revoke {made['id']} --yes")
    for other in cluster.nodes:
        until(lambda other=other: other.ctl("node", "list", *with_it.split()).returncode == 4, f"{other} refuses the key")


def test_the_dashboard_prints_once_into_a_pipe(cluster):
    node = cluster.any_node()
    for view in ("overview", "nodes", "partitions", "topics", "groups", "raft", "events", "operations"):
        done = node.ctl("top", "--view", view)
        assert done.returncode in (0, 10), done.stderr
        assert done.stdout.split("  ")[0].split()[-1] in ("HEALTHY", "DEGRADED", "CRITICAL"), done.stdout
    assert "node 1" in node.ctl("top", "--once").stdout


@pytest.mark.kills
def test_a_dead_node_is_told_of_everywhere(fresh_cluster, topic):
    create(fresh_cluster, topic)
    fresh_cluster.wait_settled()
    node, dead = fresh_cluster.node(1), fresh_cluster.node(3)
    dead.kill()

    def found():
        report = json.loads(node.ctl("health", "-o", "json").stdout)
        return {finding["code"]: finding for finding in report["findings"]}

    def told_of():
        findings = found()
        return "under_replicated_partitions" in findings and findings.get("node_down", {}).get("objects") == ["node 3"]

    until(told_of, lambda: f"health tells of the dead node, and of no other: {found()}")
    ctl(node, "health", code=10)
    assert f"{topic}-0" in ctl(node, "partition list --state under-replicated -o name").split()
    until(lambda: "node 3" in ctl(node, "events --kind node_down"), "it is an event")
    assert "DOWN" in ctl(node, "top --once", code=10)
    dead.start()
    fresh_cluster.wait_ready(dead)
    fresh_cluster.wait_settled()
    until(lambda: not {"node_down", "under_replicated_partitions"} & set(found()), "all is well again")


@pytest.mark.kills
def test_a_leader_that_lost_the_majority_does_not_say_that_it_leads(fresh_cluster, topic):
    create(fresh_cluster, topic)
    left = fresh_cluster.metadata_leader()
    lost = fresh_cluster.others(left)
    for node in lost:
        node.kill()

    def codes():
        return {finding["code"] for finding in json.loads(left.ctl("health", "-o", "json").stdout)["findings"]}

    until(lambda: "no_metadata_leader" in codes(), "health says that nobody leads the metadata")
    assert left.admin("/admin/status")["leader_id"] is None
    assert left.health()[0] == 503
    listed = left.ctl("node", "list")
    assert listed.returncode == 0 and "stale" in listed.stderr, listed
    assert left.ctl("topic", "create", "never").returncode == 1
    for node in lost:
        node.start()
    fresh_cluster.wait_ready(*lost)
    until(lambda: "no_metadata_leader" not in codes(), "somebody leads again")
    assert "never" not in ctl(left, "topic list -o name").split()


def test_the_next_node_is_asked_when_the_first_one_is_gone(cluster):
    assert "Nodes: 3" in cluster.any_node().ctl("status", "--admin", "http://127.0.0.1:1").stdout
