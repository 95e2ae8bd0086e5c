"""What the generators print is read as it is meant, and a run in which records are missing is no result."""

import pytest

from chronikbench.load import librdkafka, perf_tools, record
from chronikbench.process import TimedOut
from chronikbench.waiting import Failed


class Nowhere:
    """A cluster that nobody is asked of."""

    bootstrap = "127.0.0.1:1"


@pytest.fixture
def printing(monkeypatch):
    """Makes the tool print a text instead of running."""

    def install(text, errors=""):
        for module in (perf_tools, librdkafka):
            monkeypatch.setattr(module, "output_of", lambda *_: (text, errors))

    return install


def test_the_rate_of_the_last_summary_counts(printing):
    printing(
        "5000 records sent, 1000.0 records/sec (0.95 MB/sec), 1.0 ms avg latency, 2.0 ms max latency.\n"
        "9000 records sent, 2500.5 records/sec (2.38 MB/sec), 1.0 ms avg latency, 2.0 ms max latency, 1 ms 50th.\n"
    )
    assert perf_tools.produce(Nowhere, "t", 9000, 1000, 1) == 2500.5


def test_records_that_were_not_acknowledged_fail_the_run(printing):
    printing("8999 records sent, 2500.5 records/sec (2.38 MB/sec)\n", "org.apache.kafka.TimeoutException: late\n")
    with pytest.raises(Failed, match="8999 of 9000.*TimeoutException: late"):
        perf_tools.produce(Nowhere, "t", 9000, 1000, 1)


def test_the_time_of_joining_a_group_is_not_part_of_reading(printing):
    printing("2026-01-01 00:00:00:000, 2026-01-01 00:00:05:000, 100.0, 20.0, 1000, 200.0, 3000, 2000, 50.0, 500.0\n")
    consumed = perf_tools.consume(Nowhere, "t", 1000, 1)
    assert consumed.rate == 50 * (1 << 20)


def test_a_consumer_that_got_less_fails_the_run(printing):
    printing("2026-01-01 00:00:00:000, 2026-01-01 00:00:05:000, 100.0, 20.0, 999, 200.0, 3000, 2000, 50.0, 500.0\n")
    with pytest.raises(Failed, match="999 of 1000"):
        perf_tools.consume(Nowhere, "t", 1000, 1)


def test_a_rate_that_was_not_sustained_fails_the_run(printing):
    printing('{"failed": 0, "sent": 500, "due": 1000, "acknowledged": 500, "latency": {"p50": 900}}')
    with pytest.raises(Failed, match="did not sustain 100 records/s: took 500 of 1000 with a median of 900 ms"):
        librdkafka.produce(Nowhere, "t", producers=1, size=100, seconds=1, warmup=1, rate=100)


def test_percentiles_are_those_of_what_was_measured():
    found = record.percentiles([n * 1_000_000 for n in range(1, 1001)])
    assert found == {"p50": 501.0, "p99": 991.0, "p99.9": 1000.0, "max": 1000.0, "samples": 1000}
    assert record.percentiles([])["p99"] is None


def test_a_record_says_when_it_was_due_and_whether_it_counts():
    assert record.read(record.head(123, True) + b"xxx") == (123, True)


def test_a_run_that_is_given_up_says_how_far_it_came(monkeypatch):
    def late(*_):
        raise TimedOut("it", 60, "500 records sent, 100.0 records/sec (0\n200 records sent, 40.0 records/sec (0\n")

    monkeypatch.setattr(perf_tools, "output_of", late)
    with pytest.raises(Failed, match="about 700 of 9000 records .* within 60 s; .*: 500, 200$"):
        perf_tools.produce(Nowhere, "t", 9000, 1000, 60)


def test_a_long_result_is_read_in_full(printing, monkeypatch):
    monkeypatch.setattr(librdkafka.calls, "verify_arrived", lambda *_: None)
    printing('{"failed": 0, "sent": 9, "due": 9, "acknowledged": 9, "filling": "' + "x" * 5000 + '"}\n')
    assert librdkafka.produce(Nowhere, "t", producers=1, size=100, seconds=1, warmup=1)["sent"] == 9
