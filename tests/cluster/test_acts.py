"""What an operator does to a running cluster through /admin/v1: topics, leaders, replicas, drained nodes, groups."""

import http.client
import json

import checker
import pytest
from cluster import until
from node import ADMIN_KEY

pytestmark = [pytest.mark.kills, pytest.mark.timeout(300)]


def act(node, method, path, body=None, headers=None):
    """The status and the JSON that a node answers."""
    host, port = node.at("admin").rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"X-API-Key": ADMIN_KEY, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def leaders(cluster, topic):
    return [entry["leader"] for entry in cluster.status()["partitions"] if entry["topic"] == topic]


def replicas(cluster, topic):
    entries = [entry for entry in cluster.status()["partitions"] if entry["topic"] == topic]
    return [entry["replicas"] for entry in entries]


def test_a_topic_is_created_altered_and_deleted_from_any_node(four, topic):
    asked = {"topic": topic, "partitions": 2, "replication_factor": 3}
    assert act(four.node(1), "POST", "/admin/v1/topics", {**asked, "dry_run": True})[0] == 200
    assert leaders(four, topic) == []
    assert act(four.node(2), "POST", "/admin/v1/topics", asked)[0] == 201
    four.wait_in_sync(topic)
    status, problem = act(four.node(3), "POST", "/admin/v1/topics", asked)
    assert (status, problem["code"]) == (409, "topic_exists")
    path = f"/admin/v1/topics/{topic}"
    both = {"partitions": 3, "config": {"retention.ms": "60000"}}
    for asked in ({**both, "dry_run": True}, both, both):
        status, answer = act(four.node(4), "PATCH", path, asked)
        assert (status, answer.get("partitions")) == (200, 3), f"{asked}, also asked again: {answer}"
    until(lambda: all(len(four.partitions(topic, ask=node)) == 3 for node in four.nodes), "every node knows the third partition")
    half_refused = {
        "invalid_config": {"partitions": 4, "config": {"no.such": "1"}},
        "invalid_partitions": {"partitions": 2, "config": {"retention.ms": "1"}},
    }
    for code, asked in half_refused.items():
        for dry_run in (True, False):
            status, problem = act(four.node(1), "PATCH", path, {**asked, "dry_run": dry_run})
            assert (status, problem["code"]) == (422, code)
    status, detail = act(four.node(1), "GET", path)
    assert (status, len(leaders(four, topic))) == (200, 3), "nothing of it was done"
    retention = [setting["value"] for setting in detail["config"] if setting["name"] == "retention.ms"]
    assert retention == ["60000"], "nor of this"
    assert act(four.node(1), "DELETE", path)[0] == 200
    until(lambda: leaders(four, topic) == [], "the topic is gone")
    assert act(four.node(1), "DELETE", path)[0] == 404


def test_the_new_leader_leads_when_the_transfer_is_answered_and_keeps_the_lead(four, topic):
    checker.create(four, topic, 1, 3)
    four.wait_in_sync(topic)
    [held] = replicas(four, topic)
    path = f"/admin/v1/partitions/{topic}/0/leader"
    for to in (held[1], held[2], held[2]):
        status, answer = act(four.any_node(), "POST", path, {"to": to})
        assert (status, answer["to"]) == (200, to), answer
        four.wait_in_sync(topic)
        until(lambda: {four.partitions(topic, ask=node)[0].leader for node in four.nodes} == {to}, f"every node sees node {to} lead")
    [absent] = set(four.ids) - set(held)
    status, problem = act(four.any_node(), "POST", path, {"to": absent})
    assert (status, problem["code"]) == (422, "not_a_replica")


def test_replicas_move_as_an_operation_that_ends(four, topic):
    checker.create(four, topic, 1, 3)
    four.wait_in_sync(topic)
    [held] = replicas(four, topic)
    [absent] = set(four.ids) - set(held)
    wanted = [absent, *held[:2]]
    path = f"/admin/v1/partitions/{topic}/0/replicas"
    status, plan = act(four.any_node(), "POST", path, {"replicas": wanted, "dry_run": True})
    assert (status, plan["plan"][0]["to"]) == (200, wanted)
    status, problem = act(four.any_node(), "POST", path, {"replicas": wanted}, {"If-Match": '"99999"'})
    assert (status, problem["code"]) == (412, "epoch_mismatch")
    status, operation = act(four.any_node(), "POST", path, {"replicas": wanted})
    assert (status, operation["kind"]) == (202, "move_replicas")
    four.wait_operation(operation)
    until(lambda: replicas(four, topic) == [wanted], "the replicas are where they shall be")


def test_a_replica_that_has_moved_can_lead_at_once(four, topic):
    """A move is done when its replicas are in sync: who waits for its end may go on with them."""
    checker.create(four, topic, 1, 3)
    four.wait_in_sync(topic)
    for _ in range(4):
        [held] = replicas(four, topic)
        [newcomer] = set(four.ids) - set(held)
        asked = four.node(held[0])
        path = f"/admin/v1/partitions/{topic}/0"
        status, operation = act(asked, "POST", f"{path}/replicas", {"replicas": [*held[:2], newcomer]})
        assert status == 202, operation
        until(lambda: act(asked, "GET", f"/admin/v1/operations/{operation['operation_id']}")[1]["state"] == "done", "it is done")
        status, answer = act(asked, "POST", f"{path}/leader", {"to": newcomer})
        assert status == 200, answer
        four.wait_in_sync(topic)


def test_a_drained_node_leads_nothing_even_after_a_restart_until_it_is_undrained(four, topic):
    checker.create(four, topic, 8, 3)
    four.wait_in_sync(topic)
    node = four.node(2)
    status, plan = act(four.node(1), "POST", "/admin/v1/nodes/2/drain", {"dry_run": True})
    assert status == 200 and plan["blocked_on"] == []
    assert act(four.node(1), "POST", "/admin/v1/nodes/2/drain", {"reason": "a new disk"})[0] == 200
    until(lambda: 2 not in leaders(four, topic), "node 2 leads nothing")
    node.stop()
    node.start()
    four.wait_ready(node)
    four.wait_in_sync(topic)
    assert 2 not in leaders(four, topic)

    def refusal():
        return act(four.node(1), "POST", f"/admin/v1/partitions/{topic}/0/leader", {"to": 2})[1].get("code")

    # The node that is asked may not have heard yet that node 2 is back.
    until(lambda: refusal() != "node_down", "node 2 is heard")
    assert refusal() in ("node_drained", "not_a_replica")
    assert act(four.node(1), "POST", "/admin/v1/nodes/2/undrain")[0] == 200
    assert act(four.node(1), "POST", "/admin/rebalance", {"leaders_only": True})[0] == 202
    until(lambda: 2 in leaders(four, topic), "node 2 leads again", 60)


def test_an_unknown_group_is_told_by_every_node(four):
    for node_id in four.ids:
        listed = lambda: act(four.node(node_id), "GET", "/admin/v1/groups")
        until(lambda: listed()[1].get("missing_nodes") == [], lambda: f"all nodes answer node {node_id}: {listed()}")
        status, problem = act(four.node(node_id), "GET", "/admin/v1/groups/nobody")
        assert (status, problem["code"]) == (404, "unknown_group")
