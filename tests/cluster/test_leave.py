"""A cluster shrinks: replicas go first, then the node, which ends by itself; what would harm is refused, and says why."""

import http.client
import json
import re

import checker
import clients
import cluster as clusters
import pytest
import wire
from cluster import Refused, until

PARTITIONS = 4
FILLED = 24 << 20  # bytes, enough to watch a throttled move
SLOW = {"replica_move_rate": 2 << 20}  # bytes per second

pytestmark = [pytest.mark.kills, pytest.mark.timeout(300)]


@pytest.fixture
def slow_four():
    """Four nodes that move replicas slowly enough to be watched, and interrupted."""
    with clusters.Cluster(4, settings=SLOW) as running:
        running.wait_settled()  # a node that is not heard of yet would be placed on last
        yield running


def create(cluster, topic, replication=3, partitions=PARTITIONS):
    return checker.create(cluster, topic, partitions, replication)


def filled(cluster, topic):
    """A topic whose partitions hold something; every node of four holds replicas. What was written, to be verified."""
    return checker.filled(cluster, create(cluster, topic), PARTITIONS, FILLED)


def wait_known(cluster, operation):
    """Until every node has heard of the operation."""

    def told(node):
        return operation["operation_id"] in {view["operation_id"] for view in node.admin("/admin/v1/operations")["operations"]}

    until(lambda: all(map(told, cluster.nodes)), f"every node knows of operation {operation['operation_id']}")


def refusal_of(cluster, path, **body):
    with pytest.raises(Refused) as refused:
        cluster.request(path, body)
    return refused.value


def removal_of(node, **more):
    return {"node_id": node if isinstance(node, int) else node.id, **more}


def brokers_told_by(node):
    """The ids of the nodes that a client is told of: those alive."""
    with wire.Connection(node.address) as connection:
        return sorted(connection.brokers())


def alive(node):
    """The ids of the nodes that this one hears."""
    return {entry["node_id"] for entry in node.admin("/admin/status")["nodes"] if entry["alive"]}


def placement(cluster, topic):
    return {index: entry.replicas for index, entry in cluster.partitions(topic).items()}


def holders(cluster):
    """The ids of all nodes that hold, or are to hold, a replica of anything."""
    return {node_id for entry in cluster.status()["partitions"] for node_id in entry["replicas"]}


# Refusals


@pytest.fixture(scope="module")
def three():
    """Three nodes for what is refused, with a topic that needs them all."""
    with clusters.Cluster(3) as running:
        create(running, "needs-three")
        yield running


def test_removing_an_unknown_node_names_the_nodes_that_are_there(three):
    refusal = refusal_of(three, "/admin/remove-node", node_id=9)
    assert (refusal.status, refusal.code) == (404, "unknown_node")
    done = three.nodes[0].cli("remove-node", 9, "--yes", seconds=60)
    assert done.returncode == 1
    for told in (refusal.detail, done.stderr):
        assert "9" in told and re.search(r"1, 2(,| and) 3", told), told


@pytest.mark.parametrize("force", [False, True])
def test_too_few_nodes_would_remain(three, force):
    refusal = refusal_of(three, "/admin/remove-node", **removal_of(3, force=force))
    assert (refusal.status, refusal.code) == (409, "too_few_nodes")
    for part in ("needs-three", "3", "2"):
        assert part in refusal.detail, f"it names the topic, its replication factor and how many would remain: {refusal}"
    done = three.nodes[0].cli("remove-node", 3, "--yes", *(["--force"] if force else []), seconds=60)
    assert done.returncode == 1 and "needs-three" in done.stderr, done.stderr
    assert three.node(3).is_running() and sorted(holders(three)) == [1, 2, 3]


def test_the_last_node_cannot_be_removed():
    with clusters.Cluster(1) as alone:
        refusal = refusal_of(alone, "/admin/remove-node", node_id=1)
        assert (refusal.status, refusal.code) == (409, "too_few_nodes")
        assert alone.nodes[0].is_running()


def test_a_removal_that_puts_the_quorum_at_risk_is_refused(topic):
    """Two of five are dead. Without a third one, two of four would be alive: no majority."""
    with clusters.Cluster(5) as five:
        create(five, topic)
        dead = five.nodes[3:]
        for node in dead:
            node.kill()
        five.metadata_leader()
        until(lambda: all(alive(node) == {1, 2, 3} for node in five.answering), "every node has noticed it")
        refusal = refusal_of(five, "/admin/remove-node", node_id=1)
        assert (refusal.status, refusal.code) == (409, "quorum_at_risk")
        assert re.search(r"4.*5|5.*4", refusal.detail), f"it names the nodes that are down: {refusal}"
        five.start()
        five.wait_settled()


def test_one_operation_at_a_time_and_the_second_one_is_told_which_runs(slow_four, topic):
    filled(slow_four, topic)
    first = slow_four.begin_removal(slow_four.node(4))
    refusal = refusal_of(slow_four, "/admin/remove-node", node_id=3)
    assert (refusal.status, refusal.code) == (409, "operation_running")
    assert first["operation_id"] in refusal.detail and "4" in refusal.detail, str(refusal)
    assert refusal_of(slow_four, "/admin/rebalance").code == "operation_running"
    again = slow_four.request("/admin/remove-node", removal_of(4))
    assert again["operation_id"] == first["operation_id"], "asking for the same again is no second operation"
    slow_four.finish_removal(slow_four.node(4), first)


def test_a_dry_run_tells_the_plan_and_changes_nothing(four, topic):
    create(four, topic)
    here = placement(four, topic)
    on_node = {index for index, held in here.items() if 4 in held}
    removal = four.request("/admin/remove-node", removal_of(4, dry_run=True))["plan"]
    assert {step["partition"] for step in removal if step["topic"] == topic} == on_node
    assert all(4 in step["from"] and 4 not in step["to"] and step["reason"] for step in removal)
    assert isinstance(four.request("/admin/rebalance", {"dry_run": True})["plan"], list)
    assert refusal_of(four, "/admin/remove-node", **removal_of(9, dry_run=True)).code == "unknown_node"
    assert four.operations() == [] and placement(four, topic) == here and four.node(4).is_running()


# Leaving


def test_a_removed_node_hands_over_everything_ends_by_itself_and_says_why(four, topic):
    create(four, topic)
    with checker.Load(four, topic, PARTITIONS) as load:
        load.wait_for_more(2000)
        leaving = four.node(4)
        view = four.remove_node(leaving)
        load.wait_for_every_partition()
    assert (view["kind"], view["node_id"], view["percent"]) == ("remove_node", 4, 100)
    assert view["partitions_done"] == view["partitions_total"] > 0
    assert "removed" in leaving.log_tail(10)
    four.wait_settled()
    assert holders(four) == {1, 2, 3}
    for node in four.nodes:
        until(lambda: brokers_told_by(node) == [1, 2, 3], f"{node} tells its clients")
        assert [entry["node_id"] for entry in node.admin("/admin/cluster/members")["members"]] == [1, 2, 3]
    checker.verify(load)


def test_the_command_of_the_seeds_removes_a_node_and_waits(four, topic):
    create(four, topic)
    leaving, asked = four.node(4), four.node(1)
    done = asked.cli("remove-node", 4, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4" in done.stdout
    assert leaving.ended() == 0
    four.forget(leaving)
    four.wait_settled()
    status = asked.cli("status", seconds=60)
    assert status.returncode == 0 and "Nodes: 3" in status.stdout and "Node 4" not in status.stdout, status.stdout


def test_progress_is_visible_and_only_grows(slow_four, topic):
    filled(slow_four, topic)
    leaving = slow_four.node(4)
    operation = slow_four.begin_removal(leaving)
    path = f"/admin/v1/operations/{operation['operation_id']}"
    witness = slow_four.others(leaving)[0]
    wait_known(slow_four, operation)
    seen = []

    def watch():
        seen.append(witness.admin(path))
        return seen[-1]["state"] not in clusters.UNDER_WAY

    until(watch, lambda: f"the removal ends: {seen[-1:]}", 120)
    slow_four.finish_removal(leaving, operation)
    moving = [view for view in seen if view["state"] == "moving"]
    assert moving, f"it was seen at work: {seen[:3]}"
    assert all(int(view["bytes_total"]) > 0 and view["partitions_total"] > 0 for view in moving)
    assert any(0 < int(view["bytes_done"]) < int(view["bytes_total"]) for view in moving), "bytes count while they move"
    assert any(view.get("eta_seconds") for view in moving)
    assert any(step["topic"] == topic and 4 in step["from"] for view in moving for step in view["plan"])
    for name in ("percent", "partitions_done"):
        values = [view[name] for view in seen]
        assert values == sorted(values), f"{name} only grows: {values}"

    (kept,) = [view for view in slow_four.operations() if view["operation_id"] == operation["operation_id"]]
    assert kept["state"] == "done" and kept["finished_at_ms"] >= kept["started_at_ms"]


def test_chronikctl_lists_shows_watches_and_cancels_operations(slow_four, topic):
    filled(slow_four, topic)
    asked = slow_four.node(1)
    begun = asked.ctl("remove-node", 4, "--yes", "--no-wait", seconds=60)
    assert begun.returncode == 0, begun.stderr
    operation = until(slow_four.running_operation, "the operation is known")
    number = operation["operation_id"]
    assert number in begun.stdout, "it says how to go on"
    for arguments in (("list",), ("show", number)):
        shown = asked.ctl("operation", *arguments, seconds=60)
        assert shown.returncode == 0, shown.stderr
        assert number in shown.stdout and "4" in shown.stdout
    cancelled = asked.ctl("operation", "cancel", number, seconds=60)
    assert cancelled.returncode == 0, cancelled.stderr
    slow_four.wait_operation(operation, state="cancelled")
    watched = asked.ctl("operation", "watch", number, seconds=60)
    assert "cancelled" in watched.stdout + watched.stderr


def test_a_command_that_waited_long_enough_says_that_the_operation_goes_on(slow_four, topic):
    filled(slow_four, topic)
    leaving = next(node for node in slow_four.partitions(topic)[0].replicas if node != 1)
    done = slow_four.node(1).cli("remove-node", leaving, "--yes", "--timeout", 1, seconds=60)
    assert done.returncode == 11, done.stdout + done.stderr
    slow_four.finish_removal(slow_four.node(leaving), until(slow_four.running_operation, "the operation is known"))


def test_a_cancelled_removal_leaves_the_node_in_full_service(slow_four, topic):
    filled(slow_four, topic)
    staying = slow_four.node(4)
    operation = slow_four.begin_removal(staying)
    wait_known(slow_four, operation)
    slow_four.request(f"/admin/v1/operations/{operation['operation_id']}/cancel", {})
    slow_four.wait_operation(operation, state="cancelled")
    slow_four.wait_settled()
    assert staying.is_running()
    everywhere = create(slow_four, f"{topic}-everywhere", replication=4)
    assert all(sorted(entry.replicas) == [1, 2, 3, 4] for entry in slow_four.partitions(everywhere).values())
    # And it can still be taken out later.
    clients.CONFLUENT.run(slow_four, "delete", topic=everywhere)
    until(lambda: not slow_four.partitions(everywhere), f"{everywhere} is gone")
    slow_four.remove_node(staying)


def test_a_removal_is_cancelled_at_a_node_that_has_not_heard_of_it_yet(topic):
    """Nor of what it moves: all of that goes back."""
    with clusters.Cluster(4, settings=SLOW | clusters.UNHURRIED) as four:
        four.wait_settled()
        filled(four, topic)
        here = placement(four, topic)
        leader = four.metadata_leader()
        asked = next(node for node in four.nodes[:3] if node is not leader)
        host, port = asked.at("admin").rsplit(":", 1)
        for number in range(1, 4):
            asked.pause()
            begun = leader.post("/admin/remove-node", node_id=4)
            assert begun["operation_id"] == str(number)
            until(lambda: leader.admin(f"/admin/v1/operations/{number}")["state"] == "moving", "replicas are moved")
            connection = http.client.HTTPConnection(host, int(port), timeout=30)
            connection.request("POST", f"/admin/v1/operations/{number}/cancel", "{}", {"X-API-Key": clusters.ADMIN_KEY})
            asked.resume()
            answer = connection.getresponse()
            told = json.loads(answer.read())
            assert (answer.status, told.get("state")) == (200, "cancelled"), told
            connection.close()
            four.wait_settled()
            assert placement(four, topic) == here


@pytest.mark.parametrize("asked", ["the leader itself", "another node"])
def test_the_leader_of_the_metadata_can_be_removed_like_any_other(four, topic, asked):
    """It hands leadership over by itself; whoever asked sees the operation through."""
    create(four, topic)
    with checker.Load(four, topic, PARTITIONS) as load:
        load.wait_for_every_partition()
        leader = four.metadata_leader()
        through = leader if asked == "the leader itself" else four.others(leader)[0]
        operation = through.post("/admin/remove-node", node_id=leader.id)
        four.finish_removal(leader, operation)
        assert four.metadata_leader() is not leader
        load.wait_for_every_partition()
    four.wait_settled()
    checker.verify(load)


def test_one_after_the_other_down_to_one(topic):
    """Whatever is left is a cluster; what has one replica moves along."""
    with clusters.Cluster(3) as shrinking:
        create(shrinking, topic, replication=1, partitions=3)
        with checker.Load(shrinking, topic, 3) as load:
            load.wait_for_more(1000)
            for _ in range(2):
                shrinking.remove_node(shrinking.metadata_leader())
                load.wait_for_every_partition()
        shrinking.wait_settled()
        checker.verify(load)


def test_a_consumer_group_survives_the_removal_of_its_coordinator(four, topic):
    create(four, topic, partitions=1)
    records = [("one-key", f"value {number}") for number in range(20)]
    clients.CONFLUENT.produce(four, topic, records)
    read = clients.CONFLUENT.consume(four, topic, 5, "survivors")
    groups = "__consumer_offsets"
    while len(four.nodes) > 3:
        four.remove_node(four.node(next(iter(four.partitions(groups).values())).leader))
    rest = clients.CONFLUENT.consume(four, topic, 15, "survivors")
    assert [record["value"] for record in read + rest] == [value for _, value in records]


# By force


def test_a_dead_node_is_out_at_once_and_its_replicas_are_made_again(four, topic):
    create(four, topic)
    with checker.Load(four, topic, PARTITIONS) as load:
        load.wait_for_more(2000)
        dead = four.node(4)
        dead.kill()
        operation = four.begin_removal(dead, force=True)
        four.forget(dead)
        for node in four.nodes:
            until(lambda: len(four.status(ask=node)["nodes"]) == 3, f"{node} no longer counts it", 10)
        four.wait_operation(operation)
        four.wait_settled()
        assert holders(four) == {1, 2, 3}
        load.wait_for_every_partition()

        dead.start()
        assert dead.ended() == 3
        assert "removed" in dead.log_tail(5), dead.log_tail(5)
        four.wait_settled()
    checker.verify(load)


def test_a_dead_metadata_leader_is_removed_by_force(four, topic):
    create(four, topic)
    with checker.Load(four, topic, PARTITIONS) as load:
        load.wait_for_every_partition()
        dead = four.metadata_leader()
        dead.kill()
        four.remove_node(dead, force=True)
        load.wait_for_every_partition()
    four.wait_settled()
    checker.verify(load)


def test_a_dead_node_leaves_without_force_too_as_the_others_hold_all_it_held(four, topic):
    create(four, topic)
    dead = four.node(4)
    dead.kill()
    operation = four.begin_removal(dead)
    assert four.wait_operation(operation)["percent"] == 100
    four.forget(dead)
    four.wait_settled()


def test_a_replacement_for_a_dead_node(four, topic):
    create(four, topic)
    with checker.Load(four, topic, PARTITIONS) as load:
        load.wait_for_every_partition()
        dead = four.node(2)
        dead.kill()
        new = four.replace(dead)
        four.wait_settled()
        four.rebalance()
        four.wait_settled()
        assert new.id in holders(four), "the rebalance gave the new node something to do"
    checker.verify(load)


# In between


def test_a_dead_node_is_removed_although_a_rebalance_runs(topic):
    """At night nobody waits for replicas to be spread evenly before the lost ones are made again."""
    with clusters.Cluster(3, settings=SLOW) as growing:
        written = filled(growing, topic)
        growing.add_node()
        rebalance = until(growing.running_operation, "the new node gets its share")
        dead = next(node for node in growing.nodes[:3] if node is not growing.metadata_leader())
        dead.kill()
        removal = growing.request("/admin/remove-node", removal_of(dead, force=True))
        growing.forget(dead)
        ended = growing.wait_operation(rebalance, state="failed")
        assert "gave way to the forced removal" in str(ended), ended
        growing.wait_operation(removal)
        growing.wait_settled()
        assert dead.id not in holders(growing)
        checker.verify(written)


@pytest.mark.parametrize("victim", ["leaving", "metadata leader", "another"])
def test_a_removal_goes_on_after_kill_9(slow_four, topic, victim):
    written = filled(slow_four, topic)
    leader = slow_four.metadata_leader()
    leaving, another = [node for node in slow_four.nodes if node is not leader][:2]
    operation = slow_four.begin_removal(leaving)
    until(lambda: (slow_four.operation(operation["operation_id"]) or {}).get("state") == "moving", "replicas move")
    killed = {"leaving": leaving, "metadata leader": leader, "another": another}[victim]
    killed.kill()
    slow_four.metadata_leader()
    killed.start()
    # Who is starting when the removal ends finds itself removed before it serves.
    slow_four.finish_removal(leaving, operation, statuses=(0, 3) if killed is leaving else (0,))
    slow_four.wait_settled()
    assert leaving.id not in holders(slow_four)
    checker.verify(written)


def test_rebalance_by_command_spreads_what_one_node_lacks(topic):
    """A node that joined without getting anything, as automatic balancing may be off or late, gets its share."""
    with clusters.Cluster(3) as growing:
        create(growing, topic, partitions=8)
        joined = growing.add_node()
        growing.command("rebalance")
        growing.wait_settled()
        count = sum(joined.id in entry.replicas for entry in growing.partitions(topic).values())
        assert 4 <= count <= 8, f"{count} of 8 partitions with 3 replicas each are on the fourth node; 6 would be even"
        planned = growing.request("/admin/rebalance", {"dry_run": True})
        assert planned["plan"] == [], "balanced is balanced: a second rebalance has nothing to do"


def test_leaders_can_be_rebalanced_alone(fresh_cluster, topic):
    """After a restart the others lead; the preferred leaders take over again, and no replica moves."""
    create(fresh_cluster, topic, partitions=6)
    fresh_cluster.rebalance(leaders_only=True)  # even from here on: what was not heard of for a moment was preferred less
    replicas = {index: entry.replicas for index, entry in fresh_cluster.partitions(topic).items()}
    victim = fresh_cluster.nodes[0]
    victim.kill()
    witness = fresh_cluster.nodes[1]
    until(lambda: all(e.leader in (2, 3) for e in fresh_cluster.partitions(topic, ask=witness).values()), "others lead")
    fresh_cluster.start()
    fresh_cluster.wait_settled()
    fresh_cluster.rebalance(leaders_only=True)
    until(
        lambda: all(entry.leader == entry.replicas[0] for entry in fresh_cluster.partitions(topic).values()),
        "every partition has its preferred leader",
    )
    assert {index: entry.replicas for index, entry in fresh_cluster.partitions(topic).items()} == replicas
