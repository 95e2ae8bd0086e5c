"""The older documents' recipes, literally, on the cluster that start.sh starts; only host names are changed.

What Kafka 4.3.1's own tools no longer accept is left out, and only that:
`--threads 1` of kafka-consumer-perf-test (gone since Kafka 4.0).
"""

import os
import pathlib
import re
import signal
import subprocess
import threading

import cluster as clusters
import pytest
from cluster import until

ROOT = clusters.REPOSITORY
HERE = ROOT / "tests" / "cluster"
ALL_NODES = "localhost:9092,localhost:9093,localhost:9094"


def environment():
    """With the tools of tests/bin on the PATH, and no key configured: the recipe is to find the generated one."""
    inherited = {name: value for name, value in os.environ.items() if name != "CHRONIK_ADMIN_API_KEY"}
    tools = f"{ROOT / 'tests' / 'bin'}:{os.environ['PATH']}"
    return inherited | {"PATH": tools, "CHRONIK_SERVER": clusters.server_binary()}


def shell(line, seconds=90):
    """The output of a command line that must succeed."""
    done = subprocess.run(
        ["bash", "-c", "set -o pipefail\n" + line],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        env=environment(),
        cwd=ROOT,
    )
    assert done.returncode == 0, f"{line}\nended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def consume_until(line, expected, seconds=60):
    """Runs a console consumer, which never ends by itself, until it printed what is expected; all that it printed."""
    consumer = subprocess.Popen(
        ["bash", "-c", "exec " + line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=environment(), cwd=ROOT
    )
    printed = []
    reader = threading.Thread(target=lambda: printed.extend(text.rstrip("\n") for text in consumer.stdout), daemon=True)
    reader.start()
    try:
        until(lambda: set(expected) <= set(printed), f"{line}\nprints {expected}; it printed {printed}", seconds)
    finally:
        consumer.terminate()  # not SIGINT: what runs in the background of a shell may have been told to ignore that
        consumer.wait(timeout=30)
        reader.join()
        consumer.stdout.close()
    return printed


@pytest.fixture(scope="module", autouse=True)
def started():
    """The printed output of start.sh; stop.sh at the end."""
    pids = [HERE / "logs" / f"node{n}.pid" for n in (1, 2, 3)]
    try:
        yield shell("./tests/cluster/start.sh", 120)
    finally:
        running = [int(path.read_text()) for path in pids if path.exists()]
        shell("./tests/cluster/stop.sh")
        assert not [pid for pid in running if pathlib.Path(f"/proc/{pid}/exe").exists()], "stop.sh returns when they have ended"


def test_start_prints_what_to_do_next(started):
    assert 'grep -h "Admin API key" tests/cluster/logs/node*.log' in started
    assert "cluster status --config tests/cluster/node1.toml" in started
    assert "./tests/cluster/stop.sh" in started


def test_cluster_status_with_the_key_from_the_log(started):
    (export,) = [line for line in started.splitlines() if "export CHRONIK_ADMIN_API_KEY=" in line]
    status = shell(f"{export}\n$CHRONIK_SERVER cluster status --config tests/cluster/node1.toml")
    expected = r"""Chronik Cluster Status
======================

Nodes: 3
Leader: Node [123] \(elected by Raft\)

Node Details:
  Node 1: kafka=localhost:9092, wal=localhost:9291, raft=localhost:5001
  Node 2: kafka=localhost:9093, wal=localhost:9292, raft=localhost:5002
  Node 3: kafka=localhost:9094, wal=localhost:9293, raft=localhost:5003
"""
    assert re.match(expected, status), status

    asked = f'{export}\ncurl -sS --fail http://localhost:10001/admin/status -H "X-API-Key: $CHRONIK_ADMIN_API_KEY"'
    assert '"node_id":1' in shell(asked).replace(" ", "")


def test_quick_start():
    shell("""kafka-topics --create \
  --topic test-topic \
  --bootstrap-server localhost:9092 \
  --partitions 3 \
  --replication-factor 3""")
    shell("""echo "Hello from cluster!" | kafka-console-producer \
  --topic test-topic \
  --bootstrap-server localhost:9092""")
    consumer = """kafka-console-consumer \
  --topic test-topic \
  --from-beginning \
  --bootstrap-server localhost:9093"""
    assert consume_until(consumer, ["Hello from cluster!"]) == ["Hello from cluster!"]

    in_group = consumer + " --group quick-start"
    assert consume_until(in_group, ["Hello from cluster!"]) == ["Hello from cluster!"]
    shell('echo "Hello again!" | kafka-console-producer --topic test-topic --bootstrap-server localhost:9094')
    assert consume_until(in_group, ["Hello again!"]) == ["Hello again!"], "the group goes on where it stopped"
    assert "quick-start" in shell("kafka-consumer-groups --bootstrap-server localhost:9094 --list")


def test_replicated_topic_and_fault_tolerance():
    shell(f"""kafka-topics --create \
  --topic orders \
  --bootstrap-server {ALL_NODES} \
  --partitions 3 \
  --replication-factor 3""")
    describe = """kafka-topics --describe \
  --topic orders \
  --bootstrap-server localhost:9092"""

    def leaders_if_in_sync():
        """The leaders of partitions 0, 1 and 2, or nothing while a replica lags or is not led."""
        lines = re.findall(r"Partition: (\d)\s+Leader: (\d)\s+Replicas: ([\d,]+)\s+Isr: ([\d,]+)", shell(describe))
        complete = all(sorted(replicas.split(",")) == sorted(isr.split(",")) == ["1", "2", "3"] for _, _, replicas, isr in lines)
        return complete and [index for index, _, _, _ in lines] == ["0", "1", "2"] and [leader for _, leader, _, _ in lines]

    assert re.search(r"Topic: orders\s.*PartitionCount: 3\s+ReplicationFactor: 3", shell(describe))
    led = lambda: sorted(leaders_if_in_sync() or []) == ["1", "2", "3"]
    until(led, lambda: f"each node leads one of three partitions, and all replicas are in sync: {shell(describe)}", 60)

    log = open(HERE / "logs" / "node2.log", "a")
    stopped = int((HERE / "logs" / "node2.pid").read_text())
    os.kill(stopped, signal.SIGTERM)
    until(lambda: not pathlib.Path(f"/proc/{stopped}/exe").exists(), "node 2 has ended")
    # Produce should still work (quorum 2/3 still alive)
    shell("""echo "Still working!" | kafka-console-producer \
  --topic orders \
  --bootstrap-server localhost:9092""")
    # Consume should still work
    consumer = """kafka-console-consumer \
  --topic orders \
  --from-beginning \
  --bootstrap-server localhost:9094"""
    assert consume_until(consumer, ["Still working!"]) == ["Still working!"]
    # Node 2 will rejoin and catch up automatically
    node2 = subprocess.Popen(
        [clusters.server_binary(), "start", "--config", "tests/cluster/node2.toml"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=environment(),
        cwd=ROOT,
    )
    (HERE / "logs" / "node2.pid").write_text(str(node2.pid))  # so that stop.sh ends this one
    threading.Thread(target=node2.wait, daemon=True).start()
    until(leaders_if_in_sync, "node 2 has caught up", 60)


def test_health_check_script():
    script = """
NODES=("localhost:9092" "localhost:9093" "localhost:9094")
for node in "${NODES[@]}"; do
  if kafka-broker-api-versions --bootstrap-server $node > /dev/null 2>&1; then
    echo "$node - REACHABLE"
  else
    echo "$node - UNREACHABLE"
  fi
done
kafka-topics --describe --bootstrap-server ${NODES[0]} | grep -E "(Topic:|Isr:)"
"""
    shown = shell(script)
    assert shown.count(" - REACHABLE") == 3
    assert "Isr:" in shown


def test_broker_api_versions_names_every_node_and_no_unknown_api():
    shown = shell("kafka-broker-api-versions --bootstrap-server localhost:9092")
    for node, port in ((1, 9092), (2, 9093), (3, 9094)):
        assert re.search(rf"^localhost:{port} \(id: {node} ", shown, re.M), shown
    assert "UNKNOWN" not in shown
    assert re.search(r"Produce\(0\): 0 to \d+ \[usable: \d+\]", shown), "or old librdkafka compresses nothing (KAFKA-18659)"


def test_performance_test():
    produced = shell("""kafka-producer-perf-test \
  --topic perf-test \
  --num-records 100000 \
  --record-size 1024 \
  --throughput -1 \
  --producer-props \
    bootstrap.servers=localhost:9092,localhost:9093,localhost:9094 \
    acks=all""", 180)
    assert "100000 records sent" in produced
    for group in ("", "--group perf-group"):
        consumed = shell(f"""kafka-consumer-perf-test \
  --topic perf-test \
  --bootstrap-server localhost:9092 \
  --messages 100000 {group}""", 180)
        header, row = [line.split(", ") for line in consumed.splitlines() if ", " in line][-2:]
        count = dict(zip(header, row))["data.consumed.in.nMsg"]
        assert int(count) >= 100_000


def test_deleting_a_topic_with_kafkas_own_tool():
    shell("kafka-topics --create --topic short-lived --bootstrap-server localhost:9093")
    assert "short-lived" in shell("kafka-topics --list --bootstrap-server localhost:9094").split()
    shell("kafka-topics --delete --topic short-lived --bootstrap-server localhost:9092")
    until(
        lambda: "short-lived" not in shell("kafka-topics --list --bootstrap-server localhost:9094").split(),
        "the topic is gone",
    )
