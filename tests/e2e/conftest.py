import pathlib
import re
import secrets
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import factory as factories  # noqa: E402  (its folder is on the path only now)
import stubs as generated  # noqa: E402

HERE = pathlib.Path(__file__).parent


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
def stubs(tmp_path_factory):
    """Python stubs, generated from proto/ as a stranger would."""
    return generated.generate(factories.ROOT / "proto", tmp_path_factory.mktemp("stubs"))


@pytest.fixture
def channel(factory):
    import grpc
    with grpc.insecure_channel(factory.info["server"]) as opened:
        yield opened
