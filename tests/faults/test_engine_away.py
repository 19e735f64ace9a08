"""The Docker engine stopped and started again under executors at work."""
import os
import time

import pytest

import factory as factories
import oracle
import steady

COUNT = 6
AWAY_SECONDS = 8


@pytest.fixture
def factory():
    """A private factory with an engine of its own, so that stopping it hurts nobody else."""
    outer = {name: os.environ.pop(name) for name in ("DOCKER_HOST",) if name in os.environ}
    os.environ["LIF_ENGINE"] = "own"
    made = factories.Factory(executors=2, slots=1)
    try:
        made.start()
        yield made
    finally:
        made.script("stop", "docker")
        made.stop()
        del os.environ["LIF_ENGINE"]
        os.environ.update(outer)


def test_builds_wait_for_the_engine(factory, tmp_path):
    names = steady.write_catalog(tmp_path / "catalog", "steady", COUNT, seconds=2)
    factory.publish(tmp_path / "catalog", "busybox")
    with steady.Load(steady.submit_to(factory, [factory.info["server"]]), names, 0.2) as load:
        factories.wait_until(lambda: len(load.accepted()) == COUNT, 60, "all are accepted")
        factories.wait_until(lambda: factory.query("SELECT 1 FROM records WHERE kind = 'image'"), 60, "a first record")
        factory.script("stop", "docker")
        time.sleep(AWAY_SECONDS)
        factory.start_component("docker")
    assert not load.refused(), load.refused()
    oracle.await_records(factory, load.accepted())
    for daemon in ("executor-1", "executor-2"):
        oracle.check_log(factory, daemon)
    said = factory.log("executor-1") + factory.log("executor-2")
    assert "Docker engine" in said, said
