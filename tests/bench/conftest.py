"""Benchmarks print what they measured at the end of the run, beside their aim and their peer."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.path.insert(0, str(HERE.parent / "support"))

import factory as factories  # noqa: E402  (its folder is on the path only now)

LINES = pytest.StashKey()


def pytest_configure(config):
    config.stash[LINES] = []


@pytest.fixture
def report(pytestconfig):
    """report("name", "figures") keeps a line for the summary."""
    return lambda name, figures: pytestconfig.stash[LINES].append(f"{name:<44} {figures}")


def pytest_terminal_summary(terminalreporter, config):
    terminalreporter.section("benchmarks")
    for line in config.stash[LINES]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def factory():
    """A private factory of the release binaries with the example catalog, one executor, one slot."""
    with factories.running(executors=1, slots=1) as made:
        made.publish(factories.ROOT / "catalog", "debian-12")
        yield made
