import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import factory as factories  # noqa: E402  (its folder is on the path only now)
import stubs as generated  # noqa: E402

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="session")
def factory():
    """One private factory for all tests, with the test catalog and the example published."""
    made = factories.Factory(executors=2, slots=1)
    try:
        made.start()
        made.publish(HERE / "catalog", "busybox")
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
