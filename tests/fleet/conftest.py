"""Every layer once in the fleet: real engines, a real registry, and an oracle outside of the factory."""
import pathlib
import secrets
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "faults"))
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.path.insert(0, str(HERE))

import factory as factories  # noqa: E402  (its folder is on the path only now)
import hosts as fleet_hosts  # noqa: E402
import stacks  # noqa: E402
import stubs as generated  # noqa: E402


@pytest.fixture(scope="session")
def stubs(tmp_path_factory):
    return generated.generate(factories.ROOT / "proto", tmp_path_factory.mktemp("stubs"))


@pytest.fixture(scope="session")
def hosts(stubs):
    """One fleet for all tests; what a test stopped it starts again."""
    made = fleet_hosts.Hosts(stubs)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def make_stacks(hosts, tmp_path_factory):
    """make_stacks(name): a catalog whose names begin with `name` and that no earlier run has built."""
    def make(name, **options):
        prefix = f"{name}{secrets.token_hex(3)}"
        directory = tmp_path_factory.mktemp(name) / "catalog"
        return stacks.Stacks(directory, prefix, hosts.counter.port, **options)
    return make
