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


def wait_offered(node, names, *words):
    """Until all of these names are offered: chronikctl gives nodes 0.3 s to answer, and else offers nothing."""
    until(lambda: names <= set(offered(node, *words)), lambda: f"{names} are offered behind {words}: {offered(node, *words)}")


def test_commands_are_offered_without_a_cluster(cluster):
    assert {"list", "describe", "drain"} <= set(offered(cluster.any_node(), "node"))


@pytest.mark.parametrize("words", [("node", "drain"), ("node", "describe"), ("remove-node",), ("config", "view")], ids=" ".join)
def test_ids_of_nodes_are_offered(cluster, words):
    wait_offered(cluster.any_node(), {"1", "2", "3"}, *words)


def test_names_of_topics_and_groups_are_offered(cluster, topic):
    clients.CONFLUENT.produce(cluster, topic, [(None, "one")])
    clients.CONFLUENT.consume(cluster, topic, 1, group=f"readers-of-{topic}")
    node = cluster.any_node()
    wait_offered(node, {topic}, "topic", "describe")
    assert not [name for name in offered(node, "topic", "describe") if name.startswith("__")]
    wait_offered(node, {topic}, "partition", "list", "--topic")
    wait_offered(node, {f"{topic}-0"}, "partition", "transfer-leader")
    wait_offered(node, {"__metadata", f"{topic}-0"}, "raft", "describe")
    wait_offered(node, {f"readers-of-{topic}"}, "group", "describe")
