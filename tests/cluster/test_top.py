"""`chronikctl top` in a real terminal, on real nodes: each view, an action, a node that dies, a recording."""

import cluster as clusters
import pytest
from cluster import ctl_binary, until
from terminal import Terminal

VIEWS = [
    ("overview", "metadata led by node"),
    ("nodes", "NODE"),
    ("partitions", "PARTITION"),
    ("topics", "TOPIC"),
    ("groups", "GROUP"),
    ("raft", "__metadata"),
    ("events", "OBJECT"),
    ("operations", "WAITS FOR"),
]


def top(cluster, *arguments, columns=120, lines=40):
    """The dashboard in a terminal; it knows all nodes."""
    environment = cluster.nodes[0].environment()
    environment["CHRONIK_ADMIN_URL"] = ",".join(f"http://{node.at('admin')}" for node in cluster.nodes)
    return Terminal([ctl_binary(), "top", *arguments], environment, columns, lines)


def create(cluster, topic, partitions=3):
    done = cluster.any_node().ctl("topic", "create", topic, "--partitions", str(partitions), "--replication-factor", "3")
    assert done.returncode == 0, done.stderr
    cluster.wait_in_sync(topic)


@pytest.mark.parametrize(("columns", "lines"), [(120, 40), (80, 24)])
def test_every_view_is_a_key_away(cluster, topic, columns, lines):
    create(cluster, topic)
    with top(cluster, columns=columns, lines=lines) as terminal:
        terminal.wait("metadata led by node")
        for number, (view, says) in enumerate(VIEWS, 1):
            terminal.press(str(number))
            terminal.wait(f"{number} {view}", says)
        terminal.press("?")
        terminal.wait("keys", "this help")
        terminal.press("Escape")
        until(lambda: "this help" not in terminal.screen(), "the help is gone")  # Escape with a key at once is Alt and that key
        terminal.press("q")
        assert terminal.status() == 0


@pytest.fixture
def unhurried_cluster():
    """Three nodes for one test that tells who made a change of leader."""
    with clusters.Cluster(3, settings=clusters.UNHURRIED) as running:
        yield running


def test_a_leader_is_moved_only_after_the_plan_and_a_yes(unhurried_cluster, topic):
    create(unhurried_cluster, topic, partitions=1)
    before = unhurried_cluster.partitions(topic)[0]
    heir = next(node for node in before.replicas if node != before.leader)
    # The dashboard proposes the preferred leader: so another one leads first.
    done = unhurried_cluster.any_node().ctl("partition", "transfer-leader", f"{topic}-0", "--to", str(heir), "--yes")
    assert done.returncode == 0, done.stderr
    until(lambda: unhurried_cluster.partitions(topic)[0].leader == heir, f"node {heir} leads")
    with top(unhurried_cluster, "--view", "partitions", "--rw") as terminal:
        terminal.wait(f"{topic[:20]}", "ARMED")
        terminal.press("t")
        told = terminal.wait("> Cancel <", "same as: chronikctl partition transfer-leader", "leader: node")
        terminal.press("Enter")
        until(lambda: "Cancel" not in terminal.screen(), "the question is gone")
        assert unhurried_cluster.partitions(topic)[0].leader == heir, "Cancel is what Enter does at first"
        terminal.press("t")
        terminal.wait("> Cancel <", "leader: node")
        terminal.press("Right", "Enter")
        until(lambda: unhurried_cluster.partitions(topic)[0].leader not in (heir, -1), lambda: f"another leads:\n{told}")


@pytest.mark.kills
def test_it_goes_on_when_the_node_that_it_asks_dies(fresh_cluster, topic):
    create(fresh_cluster, topic)
    asked = fresh_cluster.nodes[0]
    with top(fresh_cluster, "--view", "nodes") as terminal:
        terminal.wait(f"from http://{asked.at('admin')}")
        asked.kill()
        terminal.wait("DOWN", f"from http://{fresh_cluster.nodes[1].at('admin')}")


def test_what_was_recorded_is_shown_again_without_a_cluster(fresh_cluster, topic, tmp_path):
    create(fresh_cluster, topic)
    recording = tmp_path / "seen.jsonl"
    with top(fresh_cluster, "--view", "topics", "--record", recording) as terminal:
        terminal.wait(topic[:20])
        terminal.press("q")
        assert terminal.status() == 0
    for node in fresh_cluster.nodes:
        node.kill()
    with top(fresh_cluster, "--view", "topics", "--replay", recording) as terminal:
        terminal.wait(topic[:20])
        terminal.press("t")
        terminal.wait("a recording cannot be changed")
        terminal.press("q")
        assert terminal.status() == 0
