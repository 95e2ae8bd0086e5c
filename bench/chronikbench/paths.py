"""Where the repository keeps what the benchmark uses."""

import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TESTS = REPOSITORY / "tests"
BENCH = REPOSITORY / "bench"
KAFKA_JARS = TESTS / ".deps" / "kafka"

# wire.py is a module without dependencies that knows Kafka's layouts; the tests and the benchmark share it rather
# than having two of them. Nothing else of tests/cluster is used here.
sys.path.append(str(TESTS / "cluster"))
