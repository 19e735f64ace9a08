import pathlib
import re
import secrets
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import factory as factories  # noqa: E402  (its folder is on the path only now)
import fleet as fleets  # noqa: E402
import stubs as generated  # noqa: E402


@pytest.fixture(scope="module")
def factory():
    """A private factory of two executors, without a catalog, for the faults of one file."""
    with factories.running(executors=2, slots=1) as made:
        yield made


@pytest.fixture(scope="session")
def stubs(tmp_path_factory):
    return generated.generate(factories.ROOT / "proto", tmp_path_factory.mktemp("stubs"))


@pytest.fixture(scope="session")
def stores():
    made = fleets.Stores()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def make_fleet(stores, stubs, request):
    """Makes fleets that end with the test; `redis` is a RedisServer that is not started yet."""
    made = []

    def make(redis=None):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="lif-faults-"))
        row = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower())[:40]
        prefix = f"{row.strip('-')}-{secrets.token_hex(3)}"
        made.append(fleets.Fleet(stores, stubs, directory, prefix, redis))
        made[-1].redis.start()
        return made[-1]

    yield make
    for one in made:
        one.stop()
        shutil.rmtree(one.directory)


@pytest.fixture
def fleet(make_fleet):
    """A fleet with a control plane and nothing that builds."""
    made = make_fleet()
    made.add_controlplane()
    return made


@pytest.fixture
def report(request):
    return fleets.Report(request.node.name.removeprefix("test_row_").split("_")[0].lstrip("0"))
