"""What a shell offers when somebody presses Tab: names of what is in the cluster."""

import pathlib
import subprocess

import clients
import cluster as clusters
import pytest
from cluster import until

# As a shell's completion calls it: the words so far, the last of them empty.
PRESS_TAB = """
source <(COMPLETE=bash chronikctl)
COMP_WORDS=("$@" ""); COMP_CWORD=$#; COMP_TYPE=9
_clap_complete_chronikctl chronikctl "" "${!#}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(node, *words):
    """What bash offers behind these words."""
    directory = pathlib.Path(clusters.ctl_binary()).parent
    environment = node.environment() | {"CHRONIK_ADMIN_URL": f"http://{node.at('admin')}"}
    environment["PATH"] = f"{directory}:{environment['PATH']}"
    command = ["bash", "-c", PRESS_TAB, "bash", "chronikctl", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment, check=True)
    return done.stdout.split()


def test_commands_are_offered_without_a_cluster(cluster):
    assert {"list", "describe", "drain"} <= set(offered(cluster.any_node(), "node"))


@pytest.mark.parametrize("words", [("node", "drain"), ("node", "describe"), ("remove-node",), ("config", "view")], ids=" ".join)
def test_ids_of_nodes_are_offered(cluster, words):
    assert {"1", "2", "3"} <= set(offered(cluster.any_node(), *words))


def test_names_of_topics_and_groups_are_offered(cluster, topic):
    clients.CONFLUENT.produce(cluster, topic, [(None, "one")])
    clients.CONFLUENT.consume(cluster, topic, 1, group=f"readers-of-{topic}")
    node = cluster.any_node()
    until(lambda: topic in offered(node, "topic", "describe"), "the topic is offered")
    assert topic in offered(node, "partition", "list", "--topic")
    assert f"{topic}-0" in offered(node, "partition", "transfer-leader")
    assert {"__metadata", f"{topic}-0"} <= set(offered(node, "raft", "describe"))
    assert not [name for name in offered(node, "topic", "describe") if name.startswith("__")]
    until(lambda: f"readers-of-{topic}" in offered(node, "group", "describe"), "the group is offered")
