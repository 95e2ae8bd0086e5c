"""What every test of real nodes shares: the binary, a cluster for the clients, and the logs of a failure."""

import itertools
import os

import cluster as clusters
import pytest

counter = itertools.count(1)


def pytest_collection_modifyitems(items):
    """What is quick and shared first, what kills nodes last."""
    items.sort(key=lambda item: item.get_closest_marker("kills") is not None)


@pytest.fixture(scope="session")
def cluster():
    """Three nodes for all tests that leave them alive."""
    with clusters.Cluster(3, settings=clusters.UNHURRIED) as running:
        yield running


@pytest.fixture
def fresh_cluster():
    """Three nodes for one test, to do with as it likes."""
    with clusters.Cluster(3) as running:
        yield running


@pytest.fixture
def four():
    """Four nodes for one test, so that three replicas of everything have somewhere to go, or to stay."""
    with clusters.Cluster(4) as running:
        running.wait_settled()
        yield running


@pytest.fixture
def topic(request):
    """A topic name that no other test uses."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)
    return f"{name[:80]}-{os.getpid()}-{next(counter)}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for running in clusters.Cluster.living:
            report.sections.append((f"nodes in {running.directory}", running.log_tails()))
    return report
