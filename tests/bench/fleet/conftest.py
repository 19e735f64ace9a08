"""The fleet of tests/fleet, of the release binaries."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).parent
TESTS = HERE.parents[1]
for folder in (TESTS / "faults", TESTS / "fleet", HERE):
    sys.path.insert(0, str(folder))

import factory as factories  # noqa: E402  (its folder is on the path only now)
import hosts as fleet_hosts  # noqa: E402
import stubs as generated  # noqa: E402


@pytest.fixture(scope="session")
def hosts(tmp_path_factory):
    stubs = generated.generate(factories.ROOT / "proto", tmp_path_factory.mktemp("stubs"))
    made = fleet_hosts.Hosts(stubs, slots=4)
    try:
        made.start()
        yield made
    finally:
        made.stop()
