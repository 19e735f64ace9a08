import pathlib
import re
import secrets
import shutil
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
    copy = tmp_path_factory.mktemp("catalog") / "e2e"
    shutil.copytree(HERE / "catalog", copy)
    settings = copy / "catalog.yaml"
    settings.write_text(re.sub("nonce: none", f"nonce: {secrets.token_hex(8)}",
                               settings.read_text()))
    return copy


@pytest.fixture(scope="session")
def factory(catalog):
    """One private factory for all tests, with the test catalog and the example published."""
    made = factories.Factory(executors=2, slots=1)
    try:
        made.start()
        made.publish(catalog, "busybox")
        made.publish(factories.ROOT / "catalog", "debian-12")
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def big_catalog(tmp_path_factory):
    """A generated catalog of some pages: 120 modules, 230 manifests."""
    directory = tmp_path_factory.mktemp("big") / "catalog"
    big.make(directory, modules=120, manifests=230)
    return directory


@pytest.fixture(scope="session")
def served(big_catalog):
    """A control plane with its stores, and nothing that builds; the generated catalog published."""
    made = factories.Factory(executors=0)
    try:
        made.start("serve")
        made.lif("catalog", "publish", str(big_catalog))
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def stubs(tmp_path_factory):
    """Python stubs, generated from proto/ as a stranger would."""
    return generated.generate(factories.ROOT / "proto", tmp_path_factory.mktemp("stubs"))


@pytest.fixture
def channel(factory):
    import grpc
    with grpc.insecure_channel(factory.info["server"]) as opened:
        yield opened
