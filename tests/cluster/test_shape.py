"""The cluster changes shape under load, with kill -9 in between, and nobody notices: nothing is lost, doubled or split.

CHRONIK_SHAPE_ROUNDS=N   rounds of the whole cycle (3)
CHRONIK_CHAIN_STEPS=N    steps of the random chain (20)
CHRONIK_CHAIN_SEED=N     the chain to repeat; a fresh one is printed otherwise
"""

import os
import random
import time

import checker
import cluster as clusters
import pytest
import wire

ROUNDS = int(os.environ.get("CHRONIK_SHAPE_ROUNDS", "3"))
STEPS = int(os.environ.get("CHRONIK_CHAIN_STEPS", "20"))
SEED = int(os.environ.get("CHRONIK_CHAIN_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
VERIFIED_EVERY = 5  # rounds
PARTITIONS = 6
RECORDS_PER_SECOND = 300
REPLICAS = 3

pytestmark = pytest.mark.kills


class Story:
    """Prints what is done and when, so that a failure can be read."""

    def __init__(self):
        self.begin = time.monotonic()

    def tell(self, text):
        print(f"{time.strftime('%H:%M:%S')} {time.monotonic() - self.begin:7.1f} s  {text}", flush=True)


# The cycle


def kill_during(cluster, load, operation, leaving, story):
    """kill -9 of a random node while the removal of another runs; it is started again."""
    victim = cluster.any_node(leaving)
    state = (cluster.operation(operation["operation_id"]) or operation)["state"]
    story.tell(f"kill -9 {victim} while the removal of {leaving} is {state}")
    victim.kill()
    load.wait_for_every_partition(60)
    victim.start()
    cluster.wait_ready(victim)


def remove_with_a_kill(cluster, load, leaving, story):
    story.tell(f"remove {leaving} of {cluster.ids}")
    operation = cluster.begin_removal(leaving)
    kill_during(cluster, load, operation, leaving, story)
    cluster.finish_removal(leaving, operation)
    load.wait_for_every_partition(60)


def one_round(cluster, load, story):
    """From three nodes over five to three others."""
    for _ in range(2):
        story.tell(f"added {cluster.add_node(over_http=True)}: {cluster.ids}")
        load.wait_for_every_partition(60)

    remove_with_a_kill(cluster, load, cluster.metadata_leader(), story)

    cluster.wait_settled()  # what is on three disks may lose one of them
    dead = cluster.any_node()
    story.tell(f"kill -9 {dead} and remove it by force: {cluster.ids}")
    dead.kill()
    load.wait_for_every_partition(60)
    cluster.remove_node(dead, force=True)
    load.wait_for_every_partition(60)
    story.tell(f"added {cluster.add_node(over_http=True)} in its place: {cluster.ids}")

    story.tell("rebalance")
    cluster.rebalance()
    load.wait_for_every_partition(60)

    oldest = cluster.nodes[0]
    remove_with_a_kill(cluster, load, oldest, story)
    cluster.wait_settled()


@pytest.mark.timeout(180 + 240 * ROUNDS)
def test_the_whole_cycle_again_and_again_under_load(fresh_cluster, topic):
    story = Story()
    checker.create(fresh_cluster, topic, PARTITIONS, REPLICAS)
    with checker.Load(fresh_cluster, topic, PARTITIONS, RECORDS_PER_SECOND) as load:
        with load.phase("at rest"):
            load.wait_for_more(5 * RECORDS_PER_SECOND)
        for number in range(1, ROUNDS + 1):
            with load.phase(f"round {number}"):
                one_round(fresh_cluster, load, story)
            if number % VERIFIED_EVERY == 0 and number < ROUNDS:
                with load.silence():
                    story.tell(f"{checker.verify(load)} records so far, each where it was acknowledged, on every replica")
    story.tell(f"{checker.verify(load)} records, each where it was acknowledged, on every replica")


# The random chain


class Chain:
    """Random steps, each allowed by a rule that keeps a quorum of everything.

    At most one node is away (dead or paused) at a time; data are destroyed only while every replica is in sync; and
    enough nodes stay for the replication factor.
    """

    FEWEST, MOST = 3, 7

    def __init__(self, cluster, load, seed):
        self.cluster, self.load, self.random, self.story = cluster, load, random.Random(seed), Story()
        self.away = None  # the node that is dead or paused
        self.leaving = None  # (node, operation) of a removal that runs
        self.leaver_was_killed = False
        self.free_ids = []  # ids of nodes that were removed

    # What may be done now: {step: weight}

    def allowed(self):
        staying = len(self.cluster.nodes) - (self.leaving is not None)
        steps = {"move": 4, "cancel": 1, "rebalance": 1}
        if len(self.cluster.nodes) < self.MOST:
            steps["add"] = 3
        if self.away:
            return steps | {"return_of_the_node_that_is_away": 5}
        if staying > self.FEWEST:
            steps |= {"remove": 3, "remove_by_force": 2}
        return steps | {"kill": 3, "pause": 2, "wipe": 1}

    def run(self, steps):
        for number in range(1, steps + 1):
            self.bury()
            allowed = self.allowed()
            (step,) = self.random.choices(list(allowed), allowed.values())
            self.tell(f"step {number}: {step}")
            getattr(self, step)()
            self.load.wait_for_more(20, 90)

    def finish(self):
        """Everything comes back and comes to rest."""
        self.tell("the end")
        if self.away:
            self.return_of_the_node_that_is_away()
        if self.leaving:
            self.see_the_removal_through()
        self.cluster.wait_settled()

    def tell(self, text):
        away = f", {self.away} away" if self.away else ""
        leaving = f", {self.leaving[0]} leaving" if self.leaving else ""
        self.story.tell(f"{text}  (nodes {self.cluster.ids}{away}{leaving})")

    def pick(self, *but):
        return self.random.choice([node for node in self.cluster.nodes if node not in but])

    def settle(self):
        """Before data are destroyed: whatever moves has arrived, and every replica is in sync."""
        if self.leaving:
            self.see_the_removal_through()
        self.cluster.wait_settled()

    # Steps

    def add(self):
        reused = self.free_ids and self.random.random() < 0.5
        node_id = self.free_ids.pop(self.random.randrange(len(self.free_ids))) if reused else None
        self.tell(f"added {self.cluster.add_node(node_id, over_http=True)}")

    def remove(self):
        """The removal runs on while the next steps are done; there is never a second one."""
        if self.leaving:
            self.see_the_removal_through()
        node = self.cluster.metadata_leader() if self.random.random() < 0.3 else self.pick()
        self.leaving, self.leaver_was_killed = (node, self.cluster.begin_removal(node)), False
        self.tell("begun")

    def see_the_removal_through(self):
        node, operation = self.leaving
        self.cluster.wait_operation(operation)
        self.note_the_end(node, operation)

    def bury(self):
        """Takes note that a removal has ended, if it has."""
        if not self.leaving:
            return
        node, operation = self.leaving
        view = self.cluster.operation(operation["operation_id"]) or operation
        if view["state"] in clusters.UNDER_WAY or node is self.away:
            return
        self.note_the_end(node, operation)

    def note_the_end(self, node, operation):
        # Killed and started again just when it was taken out, it learns that from others, as an error.
        self.cluster.finish_removal(node, operation, statuses=(0, 3) if self.leaver_was_killed else (0,))
        self.free_ids.append(node.id)
        self.leaving = None
        self.tell(f"{node} is out")

    def remove_by_force(self):
        self.settle()
        node = self.pick()
        self.tell(f"kill -9 {node}, and out with it")
        node.kill()
        self.cluster.remove_node(node, force=True)
        self.free_ids.append(node.id)

    def kill(self):
        node = self.pick()
        if not node.is_running():
            self.tell(f"{node} has just left by itself")
            return
        self.tell(f"kill -9 {node}")
        node.kill()
        self.away = node
        self.leaver_was_killed |= bool(self.leaving) and node is self.leaving[0]

    def pause(self):
        node = self.pick(*([self.leaving[0]] if self.leaving else []))
        self.tell(f"pause {node}")
        node.pause()
        self.away = node

    def return_of_the_node_that_is_away(self):
        node, self.away = self.away, None
        self.tell(f"{node} returns")
        if node.paused:
            node.resume()
        else:
            node.start()
        if self.leaving and node is self.leaving[0]:
            return  # it may be told at once that it is out
        self.cluster.wait_ready(node)

    def wipe(self):
        self.settle()
        node = self.pick()
        self.tell(f"kill -9 {node} and wipe it")
        node.kill()
        self.cluster.wipe(node)
        node.start()
        self.cluster.wait_ready(node)
        self.cluster.wait_settled()  # until then no other node may be missed

    def move(self):
        """To any three nodes that are there and stay."""
        targets = [node.id for node in self.cluster.answering if not self.leaving or node is not self.leaving[0]]
        if len(targets) < REPLICAS:
            self.tell("nowhere to go")
            return
        partition, target = self.random.randrange(PARTITIONS), self.random.sample(targets, REPLICAS)
        self.tell(f"move {self.load.topic}-{partition} to {target}")
        self.cluster.move(self.load.topic, partition, target)

    def cancel(self):
        under_way = sorted(self.cluster.reassignments())
        if not under_way:
            self.tell("nothing to cancel")
            return
        topic, partition = self.random.choice(under_way)
        code = self.cluster.move(topic, partition, None, errors=(0, wire.NO_REASSIGNMENT_IN_PROGRESS))
        self.tell(f"cancel the move of {topic}-{partition}" + (": it had just arrived" if code else ""))

    def rebalance(self):
        if self.cluster.running_operation():
            self.tell("an operation runs already")
            return
        try:
            self.cluster.request("/admin/rebalance", {})
        except clusters.Refused as refusal:
            assert refusal.code == "operation_running", refusal
            self.tell("one began by itself at this moment")


@pytest.mark.timeout(300 + 45 * STEPS)
def test_a_random_chain(topic):
    print(f"CHRONIK_CHAIN_SEED={SEED} CHRONIK_CHAIN_STEPS={STEPS}", flush=True)
    with clusters.Cluster(4) as changing:
        checker.create(changing, topic, PARTITIONS, REPLICAS)
        with checker.Load(changing, topic, PARTITIONS, RECORDS_PER_SECOND) as load:
            chain = Chain(changing, load, SEED)
            chain.run(STEPS)
            chain.finish()
            load.wait_for_every_partition(60)
        print(f"{checker.verify(load)} records, each where it was acknowledged, on every replica", flush=True)
