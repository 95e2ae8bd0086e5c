"""A cluster grows: nodes join by invitation or through seeds; who does not belong is told so, and never splits it.

CHRONIK_OLDER_SERVER=PATH   a chronik-server of an older build, for the tests that need one (they are skipped)
"""

import subprocess

import checker
import clients
import cluster as clusters
import pytest
import wire
from cluster import Refused, until
from test_forms import SeedFormNode, StandaloneNode

PARTITIONS = 3

pytestmark = [pytest.mark.kills, pytest.mark.timeout(300)]


def create(cluster, topic, replication=3, partitions=PARTITIONS):
    return checker.create(cluster, topic, partitions, replication)


def produce_through(node, topic, partition, value):
    """One record, handed to this very node; again, as clients do, while leaderships move."""

    def taken():
        with wire.Connection(node.address) as connection:
            error = connection.produce(topic, partition, wire.record_batch([value])).error
        assert error in (0, wire.NOT_LEADER_OR_FOLLOWER, wire.NOT_ENOUGH_REPLICAS), error
        return error == 0

    until(taken, f"{node} takes a record for {topic}-{partition}")


def members(node):
    return {entry["node_id"]: entry["role"] for entry in node.admin("/admin/cluster/members")["members"]}


# By invitation


def test_a_node_that_is_added_and_then_started_is_a_full_member(fresh_cluster, topic):
    create(fresh_cluster, topic)
    with checker.Load(fresh_cluster, topic, PARTITIONS) as load:
        load.wait_for_every_partition()
        joined = fresh_cluster.add_node()
        load.wait_for_every_partition()
        for node in fresh_cluster.nodes:
            until(lambda: members(node).get(4) in ("leader", "follower"), f"{node} counts node 4 among the voters")

        # What is created from now on is placed on it too, and it serves what others hold.
        wide = create(fresh_cluster, f"{topic}-wide", replication=4)
        produce_through(joined, wide, 0, b"through the new node")
        assert all(sorted(entry.replicas) == [1, 2, 3, 4] for entry in fresh_cluster.partitions(wide).values())
    fresh_cluster.wait_settled()
    checker.verify(load)


def test_a_cluster_that_grew_outlives_the_nodes_that_a_smaller_one_could_not_lose(fresh_cluster, topic):
    """With five voters two may die: the new ones really vote."""
    create(fresh_cluster, topic)
    for _ in range(2):
        fresh_cluster.add_node()
    fresh_cluster.wait_settled()
    wide = create(fresh_cluster, f"{topic}-wide", replication=5, partitions=1)
    first, second = fresh_cluster.nodes[:2]
    first.kill()
    second.kill()
    survivor = fresh_cluster.nodes[4]
    until(lambda: fresh_cluster.partitions(wide, ask=survivor)[0].leader in (3, 4, 5), "a survivor leads")
    produce_through(survivor, wide, 0, b"still")
    clients.CONFLUENT.run(fresh_cluster, "create", topic=f"{topic}-after", partitions=1, replication=3)
    fresh_cluster.start()
    fresh_cluster.wait_settled()


def test_adding_the_same_node_again_is_no_error(fresh_cluster):
    node = fresh_cluster.new_node()
    said = fresh_cluster.invite(node)
    assert "4" in said and "start" in said.lower(), f"it says what to do next: {said}"
    fresh_cluster.invite(node)
    fresh_cluster.join(node)
    fresh_cluster.invite(node)
    answer = fresh_cluster.invite_over_http(node)
    assert (answer["node_id"], answer["state"]) == (4, "member")


def test_a_node_that_is_started_too_early_waits_says_so_and_joins_when_it_is_added(fresh_cluster, topic):
    create(fresh_cluster, topic)
    with fresh_cluster.knocking(fresh_cluster.new_node()) as early:
        early.says("add-node")
        assert early.is_running()
        for node in fresh_cluster.nodes:
            assert sorted(members(node)) == [1, 2, 3], "who only knocks is no member"
        fresh_cluster.invite(early)
        fresh_cluster.join(early)
    fresh_cluster.wait_settled()


def test_a_node_joins_while_another_one_is_dead(fresh_cluster, topic):
    """One of the addresses in its configuration answers nobody: the others will do."""
    create(fresh_cluster, topic)
    dead = fresh_cluster.nodes[0]
    dead.kill()
    joined = fresh_cluster.add_node()
    produce_through(joined, topic, 0, b"value")
    fresh_cluster.start()
    fresh_cluster.wait_settled()


def test_a_node_that_dies_while_it_joins_joins_when_it_comes_back(fresh_cluster, topic):
    create(fresh_cluster, topic)
    node = fresh_cluster.new_node()
    fresh_cluster.invite(node)
    node.start()
    until(lambda: (node.data / "identity.json").exists(), "it knows who it is")
    node.kill()
    fresh_cluster.join(node)
    fresh_cluster.wait_settled()


# What does not fit


@pytest.fixture(scope="module")
def three():
    """Three nodes for the tests that only ask for what is refused."""
    with clusters.Cluster(3) as running:
        yield running


def test_other_addresses_for_a_known_id_are_refused(three):
    impostor = three.make_node(2)
    done = three.nodes[0].cli(*three.invitation(impostor), seconds=60)
    assert done.returncode == 1
    assert "2" in done.stderr and three.node(2).at("raft") in done.stderr, f"it names what is there: {done.stderr}"
    with pytest.raises(Refused) as refused:
        three.invite_over_http(impostor)
    assert (refused.value.status, refused.value.code) == (409, "node_exists")
    assert three.status()["nodes"][1]["raft"] == three.node(2).at("raft")


def test_the_addresses_of_another_node_are_refused(three):
    thief = three.make_node(4)
    thief.ports["wal"] = three.node(2).ports["wal"]
    with pytest.raises(Refused) as refused:
        three.invite_over_http(thief)
    assert (refused.value.status, refused.value.code) == (409, "address_taken")
    assert three.node(2).at("wal") in refused.value.detail and "node 2" in refused.value.detail


def test_an_invitation_for_other_addresses_is_refused_before_the_node_ever_came(three):
    three.invite_over_http(three.make_node(7))
    with pytest.raises(Refused) as refused:
        three.invite_over_http(three.make_node(7))
    assert (refused.value.status, refused.value.code) == (409, "node_exists")


@pytest.mark.parametrize("wrong", [{"node_id": 0}, {"node_id": 256}, {"kafka_addr": "nowhere"}, {"kafka_addr": None}])
def test_an_invitation_that_makes_no_sense_is_refused(three, wrong):
    node = three.make_node(9)
    body = {"node_id": 9} | {f"{service}_addr": node.at(service) for service in ("kafka", "wal", "raft")} | wrong
    with pytest.raises(Refused) as refused:
        three.request("/admin/add-node", body)
    assert refused.value.status in (400, 422), str(refused.value)
    assert sorted(members(three.nodes[0])) == [1, 2, 3]


def test_a_copy_of_a_live_node_is_refused_and_the_real_one_serves_on(three):
    copy = three.make_node(2)
    copy.write_config([copy if node.id == 2 else node for node in three.nodes])
    with three.knocking(copy):
        assert copy.ended() == 1
    assert "node 2" in copy.log_tail(5) and three.node(2).at("raft") in copy.log_tail(5), copy.log_tail(5)
    three.wait_settled()
    assert three.status()["nodes"][1]["raft"] == three.node(2).at("raft")


def test_a_node_of_another_cluster_is_refused_by_name(fresh_cluster):
    with clusters.Cluster(1, first_id=9) as elsewhere:
        (stranger,) = elsewhere.nodes
        theirs, ours = elsewhere.status()["cluster_id"], fresh_cluster.status()["cluster_id"]
        stranger.stop()
        fresh_cluster.invite(stranger)
        stranger.write_config([*fresh_cluster.nodes, stranger])
        stranger.start()
        stranger.says(f"belongs to cluster {ours}, not to cluster {theirs}")
    assert sorted(members(fresh_cluster.nodes[0])) == [1, 2, 3]


# Under the old id


def test_a_wiped_node_returns_under_its_old_id_and_gets_everything_again(fresh_cluster, topic):
    create(fresh_cluster, topic)
    with checker.Load(fresh_cluster, topic, PARTITIONS) as load:
        for victim in fresh_cluster.nodes:
            load.wait_for_more(1000)
            fresh_cluster.wait_settled()
            before = victim.identity()
            victim.kill()
            fresh_cluster.wipe(victim)
            fresh_cluster.start()
            after = victim.identity()
            assert after["cluster_id"] == before["cluster_id"] and after["directory_id"] != before["directory_id"]
            assert after["incarnation"] > before["incarnation"], "a new incarnation: its old votes bind nobody"
            fresh_cluster.wait_settled()
    checker.verify(load)


def test_the_directory_of_a_node_that_was_replaced_never_serves_again(fresh_cluster, topic):
    """Node 2 comes back empty on another machine; then the old machine is switched on again."""
    create(fresh_cluster, topic)
    old = fresh_cluster.node(2)
    old.kill()
    fresh_cluster.forget(old)
    new = fresh_cluster.make_node(2)
    new.write_config([*fresh_cluster.nodes, new])
    fresh_cluster.join(new)
    fresh_cluster.wait_settled()

    old.start()
    assert old.ended() == 3
    assert "node 2" in old.log_tail(5) and "replaced" in old.log_tail(5), old.log_tail(5)
    fresh_cluster.wait_settled()
    produce_through(new, topic, 0, b"value")


def test_a_node_that_was_removed_says_so_when_it_is_started_again(topic):
    with clusters.Cluster(4) as running:
        create(running, topic)
        removed = running.node(4)
        running.remove_node(removed)
        removed.start()
        assert removed.ended() == 3
        assert "removed" in removed.log_tail(5), removed.log_tail(5)
        running.wait_settled()

        # Empty and added again, the same id is a new node.
        running.add_node(4)
        running.wait_settled()


# Through seeds


class SeededNode(SeedFormNode):
    """The older [cluster] form: one port for all that nodes say to each other; each node asks those before it."""

    def at(self, service):
        return super().at("raft" if service == "wal" else service)

    def write_config(self, peers):
        seeds = [f'"{peer.id}@{peer.at("raft")}"' for peer in peers if peer.id < self.id]
        super().write_config(peers)
        config = self.directory / "node.toml"
        text = config.read_text().replace("seed_nodes = []", f"seed_nodes = [{', '.join(seeds)}]")
        config.write_text(text.replace(f"replication_factor = {len(peers)}", f"replication_factor = {min(3, self.id)}"))


def test_seeds_make_three_nodes_of_one(topic):
    """The first node bootstraps, each later one asks a seed; nobody runs add-node."""
    with clusters.Cluster(1, SeededNode) as growing:
        create(growing, f"{topic}-early", replication=1)
        for _ in range(2):
            growing.join(growing.new_node())
        growing.wait_settled()
        assert len({node.admin("/admin/status")["cluster_id"] for node in growing.nodes}) == 1
        create(growing, topic)
        with checker.Load(growing, topic, PARTITIONS) as load:
            load.wait_for_every_partition()
            for victim in growing.nodes:
                victim.kill()  # the first one as well: nobody needs its seed any more
                load.wait_for_every_partition()
                growing.start()
                growing.wait_in_sync(topic)
        checker.verify(load)


def test_a_node_whose_seeds_are_down_waits_for_them(topic):
    with clusters.Cluster(1, SeededNode) as growing:
        (first,) = growing.nodes
        second = growing.new_node()
        first.kill()
        with growing.knocking(second):
            second.says(r"no seed node belongs to a cluster \(node 1")
            assert second.is_running(), "it founds no cluster of its own"
            growing.start()
            growing.join(second)
        assert second.identity()["cluster_id"] == first.identity()["cluster_id"]


# Growing from one


class ConventionalNode(StandaloneNode):
    """`chronik-server start` alone; the ports by which others reach it are the usual ones."""

    def __init__(self, node_id, directory):
        super().__init__(node_id, directory)
        self.ports |= {"wal": 9291, "raft": 5001}

    def at(self, service):
        return f"localhost:{self.ports[service]}"

    def cli(self, *arguments, seconds=clusters.OPERATION_SECONDS):
        """It has no file: --admin says where it is."""
        command = [clusters.server_binary(), "cluster", *map(str, arguments), "--admin", f"http://{self.at('admin')}"]
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, env=self.environment()
        )


@pytest.mark.timeout(420)
@pytest.mark.parametrize("node_class", [clusters.Node, ConventionalNode], ids=["one peer", "no configuration"])
def test_one_node_becomes_three_and_no_client_is_restarted(topic, node_class):
    by_hand, by_rebalance, read_in_part = (f"{topic}-{name}" for name in ("by-hand", "by-rebalance", "read-in-part"))
    records = [("one-key", f"value {number}") for number in range(10)]
    with clusters.Cluster(1, node_class) as growing:
        (first,) = growing.nodes
        for name in (by_hand, by_rebalance, read_in_part):
            create(growing, name, replication=1)
        clients.CONFLUENT.produce(growing, read_in_part, records)
        begun = clients.CONFLUENT.consume(growing, read_in_part, 4, "slow-reader")
        with (
            checker.Load(growing, by_hand, PARTITIONS) as one,
            checker.Load(growing, by_rebalance, PARTITIONS) as two,
            clients.CONFLUENT.member(growing, by_hand, f"group-of-{topic}") as reader,
        ):
            for load in (one, two):
                load.wait_for_more(2000)
            until(lambda: reader.assigned == set(range(PARTITIONS)), "the group reads all partitions", 60)
            for node_id in (2, 3):
                node = growing.new_node(node_id, clusters.Node)
                growing.invite(node)
                growing.join(node)
            for partition in range(PARTITIONS):
                growing.move(by_hand, partition, [1, 2, 3])
            for partition in range(PARTITIONS):
                growing.wait_moved(by_hand, partition, [1, 2, 3])

            growing.command("rebalance", "--topic", by_rebalance, "--replication-factor", 3, via=growing.node(2))
            # Without --topic it is for all: the groups' offsets too.
            growing.rebalance(replication_factor=3)
            growing.wait_settled()
            for name in (by_hand, by_rebalance, read_in_part, "__consumer_offsets"):
                found = {tuple(sorted(entry.replicas)) for entry in growing.partitions(name).values()}
                assert found == {(1, 2, 3)}, f"{name} is on {found}"

            first.kill()  # all that was its alone is now on the others
            for load in (one, two):
                load.wait_for_every_partition(60)
            assert reader.process.poll() is None
            rest = clients.CONFLUENT.consume(growing, read_in_part, 6, "slow-reader")
            assert [record["value"] for record in begun + rest] == [value for _, value in records]
            growing.start()
            growing.wait_settled()
        for load in (one, two):
            checker.verify(load)
