"""Every command of chronikctl in a real terminal, as a person uses it; what it shows is kept as text in screens/."""

import re

import clients
import cluster as clusters
import pytest
import sessions
import test_terminal_shape  # noqa: F401 - it declares its sessions
import wire
from cluster import until
from sessions import ask, keep, keep_soon, literals, prompt, session

pytestmark = pytest.mark.timeout(120)

SIZES = [(80, 24), (120, 40)]
# What moves things by itself would change the screens.
STILL = {
    **clusters.UNHURRIED,
    "auto_leader_rebalance": False,
    "auto_rebalance": False,
    "leader_load_check_interval_ms": 0,
    "broker": {"rack": "east-hall", "offsets_topic_num_partitions": 1, "group_initial_rebalance_delay_ms": 0},
}
PLACES = {("orders", 0): [1, 2, 3], ("orders", 1): [2, 3, 1], ("orders", 2): [3, 1, 2], ("payments", 0): [1, 2, 3]}
QUESTIONS = {
    "status": "status",
    "node list": "node list",
    "node describe": "node describe 2",
    "topic list": "topic list",
    "topic describe": "topic describe orders",
    "partition list": "partition list --topic orders",
    "partition describe": "partition describe orders-0",
    "raft list": "raft list --topic orders",
    "raft describe": "raft describe orders-0",
    "doctor": "doctor",
    "config view": "config view 1",
}


@pytest.fixture(scope="module")
def shop():
    """Three nodes at rest, with topics that have records in them, and a group that has read some."""
    with clusters.Cluster(3, settings=STILL) as running:
        for topic, partitions in (("orders", 3), ("payments", 1)):
            done = running.nodes[0].ctl("topic", "create", topic, "--partitions", partitions, "--replication-factor", 3)
            assert done.returncode == 0, done.stderr
            running.wait_in_sync(topic)
        for (topic, partition), replicas in PLACES.items():
            running.move(topic, partition, replicas)
            running.wait_moved(topic, partition, replicas)
        put_right(running)
        produce(running, "payments", 4)
        clients.CONFLUENT.consume(running, "payments", 4, group="billing")
        produce(running, "payments", 3)
        running.wait_in_sync("__consumer_offsets")
        put_right(running)
        yield running


def produce(cluster, topic, count):
    leader = cluster.node(cluster.partitions(topic)[0].leader)
    with wire.Connection(leader.address) as connection:
        assert connection.produce(topic, 0, wire.record_batch([b"x" * 10] * count)).error == 0


def put_right(cluster):
    """Every partition is led by its preferred leader, whatever happened."""

    def astray():
        return [entry for entry in cluster.status()["partitions"] if entry["leader"] != entry["replicas"][0]]

    if astray():
        cluster.rebalance(leaders_only=True)
        until(lambda: not astray(), lambda: f"the preferred leaders lead: {astray()}")


def leaders(cluster):
    """Who leads as the node sees it that the commands ask: node ids, and None if there is something that nobody leads."""
    return {entry["leader"] for entry in cluster.status(cluster.nodes[0])["partitions"]}


def test_every_command_has_a_session():
    commands = sessions.command_tree()
    written = sessions.declared | set(QUESTIONS)
    assert commands - written == set(), "these commands have no session here or in test_terminal_shape.py"
    assert written - commands == set(), "these commands are no more"


@pytest.mark.parametrize("command", QUESTIONS)
def test_a_question_has_an_answer_that_fits(shop, tmp_path, command):
    with prompt(shop, tmp_path, *SIZES[0]) as narrow, prompt(shop, tmp_path, *SIZES[1]) as wide:

        def answers():
            put_right(shop)
            return [ask(terminal, QUESTIONS[command], command) for terminal in (narrow, wide)]

        keep_soon(command, answers, literals(shop, tmp_path))


@session("topic create", "topic alter", "config set", "topic delete", "audit", "events")
def test_a_topic_lives_and_dies_only_when_its_name_is_typed(shop, tmp_path):
    known = literals(shop, tmp_path)
    with prompt(shop, tmp_path) as terminal, prompt(shop, tmp_path, 120, 40) as watcher:
        watcher.begin("chronikctl events --follow --object invoices --kind topic_created")
        create = "chronikctl topic create invoices --partitions 2"
        keep("topic create", [terminal.run(f"{create} --dry-run"), terminal.run(create), terminal.run(create)], known)
        watcher.wait("topic invoices with 2 partitions")
        watcher.press("C-c")
        asked = "events --object invoices --kind topic_created"
        followed = watcher.shot()
        keep_soon("events", lambda: [followed, ask(terminal, asked), ask(watcher, asked)], known)

        keep("topic alter", [terminal.run("chronikctl topic alter invoices --partitions 3")], known)
        keep("config set", [terminal.run("chronikctl config set --topic invoices retention.ms=60000")], known)
        shop.wait_in_sync("invoices")

        terminal.begin("chronikctl topic delete invoices")
        terminal.answer("Type invoices to go on:", "y")
        refused = terminal.shot()
        terminal.begin("chronikctl topic delete invoices --reason 'paid, all of them'")
        terminal.answer("Type invoices to go on:", "invoices")
        keep("topic delete", [refused, terminal.shot(), terminal.run("chronikctl topic describe invoices")], known)
        keep_soon("audit", lambda: [ask(one, "audit --object 'topic invoices'") for one in (terminal, watcher)], known)


@session("partition transfer-leader")
def test_a_leader_goes_and_comes_back(shop, tmp_path):
    known = literals(shop, tmp_path)
    put_right(shop)
    with prompt(shop, tmp_path) as terminal:
        away = terminal.run("chronikctl partition transfer-leader orders-0 --to 2")
        until(lambda: shop.partitions("orders", shop.nodes[0])[0].leader == 2, "the first node knows")
        back = terminal.run("chronikctl partition transfer-leader orders-0 --to 1")
        keep("partition transfer-leader", [away, back], known)


@session("node drain", "node undrain", "health")
def test_a_node_is_drained_while_somebody_watches(shop, tmp_path):
    known = literals(shop, tmp_path)
    put_right(shop)
    with prompt(shop, tmp_path) as terminal, prompt(shop, tmp_path) as watcher:
        once = terminal.run("chronikctl health")
        watcher.begin("chronikctl health --watch")
        watcher.wait("The cluster is healthy")
        plan = terminal.run("chronikctl node drain 3 --dry-run")
        keep("node drain", [plan, terminal.run("chronikctl node drain 3")], known)
        watcher.wait("node_drained", "next: chronikctl node undrain 3")
        keep_soon("health", lambda: [once, terminal.run("chronikctl health")], known)
        # A drained node looks once a second for what it leads. What has gone to another by now, and is in sync there, comes back.
        until(lambda: leaders(shop) == {1, 2}, lambda: f"all is led by the others: {leaders(shop)}")
        shop.wait_in_sync("orders")
        keep("node undrain", [terminal.run("chronikctl node undrain 3")], known)
        until(lambda: watcher.history().endswith("as node 1 sees it."), "nothing is told of it any more")
        watcher.press("C-c")
        assert watcher.shot().endswith("[130]")


@session("group list", "group describe", "group reset-offsets", "group delete")
def test_a_group_reads_again_and_is_deleted_when_it_is_confirmed(shop, tmp_path):
    known = literals(shop, tmp_path)
    with prompt(shop, tmp_path) as terminal:
        keep_soon("group list", lambda: [ask(terminal, "group list")], known)
        keep_soon("group describe", lambda: [ask(terminal, "group describe billing")], known)
        planned = ask(terminal, "group reset-offsets billing --to-latest --dry-run")
        reset = "chronikctl group reset-offsets billing --to-earliest"
        terminal.begin(reset)
        terminal.answer("Go on? [y/N]", "")
        refused = terminal.shot()
        terminal.begin(reset)
        terminal.answer("Go on? [y/N]", "y")
        keep("group reset-offsets", [planned, refused, terminal.shot()], known)
        terminal.begin("chronikctl group delete billing")
        terminal.answer("Go on? [y/N]", "n")
        refused = terminal.shot()
        terminal.begin("chronikctl group delete billing")
        terminal.answer("Go on? [y/N]", "yes")
        keep("group delete", [refused, terminal.shot(), terminal.run("chronikctl group list -o name")], known)


@session("key create", "key list", "key revoke")
def test_a_key_is_made_shown_once_and_revoked(shop, tmp_path):
    known = literals(shop, tmp_path)
    with prompt(shop, tmp_path) as terminal:
        made = terminal.run("chronikctl key create grafana --role read")
        (secret,) = re.findall(r"^k\w+\.\w+$", made, re.M)
        revoke = f"chronikctl key revoke {secret.split('.')[0]}"
        keep("key create", [made], known)
        keep_soon("key list", lambda: [ask(terminal, "key list")], known)
        assert secret not in ask(terminal, "key list -o yaml")
        terminal.begin(revoke)
        terminal.answer("Go on? [y/N]", "n")
        refused = terminal.shot()
        terminal.begin(revoke)
        terminal.answer("Go on? [y/N]", "y")
        keep("key revoke", [refused, terminal.shot()], known)


@session("context add", "context list", "context show", "context use", "context remove", "config view")
def test_a_protected_context_asks_before_a_change(shop, tmp_path):
    known = literals(shop, tmp_path)
    url = f"http://{shop.nodes[0].at('admin')}"
    with prompt(shop, tmp_path) as terminal:
        terminal.run("unset CHRONIK_ADMIN_URL")
        add = f"chronikctl context add prod --url {url} --protected --colour red"
        keep("context add", [terminal.run(add), terminal.run(f"chronikctl context add dev --url {url} --read-only")], known)
        keep("context list", [ask(terminal, "context list")], known)
        keep("context show", [ask(terminal, "context show")], known)
        terminal.begin("chronikctl node undrain 2")
        terminal.answer("Go on? [y/N]", "n")
        refused = terminal.shot()
        keep("context use", [refused, terminal.run("chronikctl context use dev"), terminal.run("chronikctl node undrain 2")], known)
        gone = terminal.run("chronikctl context remove dev")
        keep("context remove", [gone, terminal.run("chronikctl context show"), ask(terminal, "context list")], known)


@session("debug bundle")
def test_a_bundle_has_a_file_for_every_node(shop, tmp_path):
    with prompt(shop, tmp_path) as terminal:
        shots = [terminal.run("chronikctl debug bundle --file bundle.tar.gz"), terminal.run("tar tzf bundle.tar.gz")]
        again = terminal.run("chronikctl debug bundle --file bundle.tar.gz")
        keep("debug bundle", [*shots, again], literals(shop, tmp_path))


@session("completions")
def test_the_script_for_bash_completes_what_is_typed(shop, tmp_path):
    with prompt(shop, tmp_path) as terminal:
        terminal.run("source <(chronikctl completions bash)")
        terminal.begin("chronikctl completions bash | tail -n 5")
        shots = [terminal.shot()]
        terminal.type("chronikctl node und")
        terminal.press("Tab")
        until(lambda: terminal.history().endswith("chronikctl node undrain"), lambda: f"it is completed: {terminal.history()}")
        keep("completions", shots, literals(shop, tmp_path))


def at_rest(terminal, question):
    """The answer once no topic is told to be written to: what groups commit counts for some seconds."""
    shot = ""

    def rested():
        nonlocal shot
        shot = ask(terminal, question)
        return re.findall(r"(\d\S*) \S*B/s", shot) == ["0"] * 3

    until(rested, lambda: f"nothing is written:\n{shot}")
    return shot


@session("top")
def test_the_dashboard_leaves_the_terminal_as_it_was(shop, tmp_path):
    known = literals(shop, tmp_path)
    put_right(shop)
    with prompt(shop, tmp_path) as terminal, prompt(shop, tmp_path, 120, 40) as large:
        printed = at_rest(terminal, "top --once --view topics")
        before = terminal.history()
        for one in (terminal, large):
            one.begin("chronikctl top --view topics")
            one.wait("payments")
        keep_soon("top", lambda: [printed, terminal.screen(), large.screen()], known)
        terminal.press("q")
        assert terminal.shot() == "$ chronikctl top --view topics\n[0]"
        assert terminal.history().startswith(before)


def test_colours_are_for_terminals_that_are_not_told_otherwise(shop, tmp_path):
    with prompt(shop, tmp_path, 120, 40) as coloured, prompt(shop, tmp_path, 120, 40, NO_COLOR="1") as plain:
        for terminal in (coloured, plain):
            assert "unrecognized" in terminal.run("chronikctl nonsense")
        assert coloured.colours() and not plain.styles()
        for terminal in (coloured, plain):
            assert "Exit codes:" in terminal.run("chronikctl --help")
        assert coloured.styles() and not plain.styles()
        for terminal in (coloured, plain):
            terminal.begin("chronikctl top")
            terminal.wait("metadata led by")
        assert coloured.colours() and not plain.colours()
