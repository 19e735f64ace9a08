import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "support"))

import big_catalog as big  # noqa: E402
import factory as factories  # noqa: E402  (its folder is on the path only now)
import stubs as generated  # noqa: E402


@pytest.fixture(scope="session")
def catalog(tmp_path_factory):
    """The test catalog with a nonce of this run."""
    return factories.copy_catalog(HERE / "catalog", tmp_path_factory.mktemp("catalog") / "e2e")


@pytest.fixture(scope="session")
def factory(catalog):
    """One private factory for all tests, with the test catalog and the example published."""
    with factories.running(executors=2, slots=1) as made:
        made.publish(catalog, "busybox")
        made.publish(factories.ROOT / "catalog", "debian-12")
        yield made


@pytest.fixture(scope="session")
def big_catalog(tmp_path_factory):
    """A generated catalog of some pages: 120 modules, 230 manifests."""
    directory = tmp_path_factory.mktemp("big") / "catalog"
    big.make(directory, modules=120, manifests=230)
    return directory


@pytest.fixture(scope="session")
def served(big_catalog):
    """A control plane with its stores, and nothing that builds; the generated catalog published."""
    with factories.running("serve", executors=0) as made:
        made.lif("catalog", "publish", str(big_catalog))
        yield made


@pytest.fixture(scope="session")
def stubs(tmp_path_factory):
    """Python stubs, generated from proto/ as a stranger would."""
    return generated.generate(factories.ROOT / "proto", tmp_path_factory.mktemp("stubs"))


@pytest.fixture
def channel(factory):
    import grpc
    with grpc.insecure_channel(factory.info["server"]) as opened:
        yield opened
