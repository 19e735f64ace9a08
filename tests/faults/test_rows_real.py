"""Rows 1, 3 and 18 with real builds; for row 25 see tests/e2e/test_operate.py."""
import pathlib
import subprocess
import time

import factory as factories
import fleet as fleets
import oracle
import pytest
import steady

AWAY_SECONDS = 30 if fleets.LONG else 15  # of row 18, three leases or more
LONG, SHORT = AWAY_SECONDS + 3, 9  # seconds of a RUN


def running(seconds):
    """How many RUNs of `sleep <seconds>` there are on this machine, containers' included."""
    found = 0
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        found += words[:2] == [b"sleep", str(seconds).encode()]
    return found


@pytest.fixture(scope="module")
def manifests(factory, tmp_path_factory):
    """IDs by row. One catalog: a published module has one content."""
    directory = tmp_path_factory.mktemp("catalog") / "steady"
    names = {"killed": steady.write_catalog(directory, "killed", 1, SHORT),
             "tagged": steady.add_manifests(directory, "tagged", 1, 1),
             "long": steady.add_manifests(directory, "long", 2, LONG)}
    factory.publish(directory, "busybox")
    return names


def submit(factory, name):
    (build,) = factory.lif_json("build", "--manifest-id", name, "--platform",
                                "linux/amd64")["builds"]
    return build["build_id"]


def executor_of(factory, build_id):
    """Who runs its long RUN, or None."""
    build = factory.lif_json_any("status", build_id)
    step = build["step"] and build["step"]["name"]
    return build["executor"] if build["state"] == "running" and step and "sleep" in step else None


def test_row_01_a_real_build_whose_executor_is_killed(factory, manifests):
    (name,) = manifests["killed"]
    build_id = submit(factory, name)
    victim = factories.wait_until(lambda: executor_of(factory, build_id), 60, "its RUN")
    other = {"executor-1": "executor-2", "executor-2": "executor-1"}[victim]
    factories.wait_until(lambda: running(SHORT) == 1, 10, "its RUN is on the engine")
    factory.kill(victim)
    killed = time.monotonic()
    # Nothing of it is left before the other begins.
    factories.wait_until(lambda: running(SHORT) == 0, 10, "its RUN is gone")
    print(f"row 1: its RUN ended {time.monotonic() - killed:.2f} s after the kill")
    factories.wait_until(lambda: executor_of(factory, build_id) == other, 60, "the other has it")
    left = factories.docker("ps", "--all", "--quiet", "--filter", f"label=lif.build={build_id}")
    assert left.stdout == ""
    factory.start_component(victim)
    factories.wait_until(lambda: factory.query("SELECT 1 FROM records WHERE kind = 'image'"), 90, "its record")
    assert factory.query("SELECT outcome, attempt, executor FROM records "
                         f"WHERE build_id = '{build_id}'") == [["compatible", "1", other]]


def test_row_03_a_real_build_whose_executor_is_killed_before_the_tag(factory, manifests):
    (name,) = manifests["tagged"]
    # Whoever publishes waits for this lock (common/records/postgres_fleet_lock.cc).
    held = subprocess.Popen(
        ["psql", "-X", "-q", "-c", "SELECT pg_advisory_lock(hashtextextended("
         f"'lif.lock.tag:{factory.tag(name)}', 0)), pg_sleep(300)"],
        env=dict(factory.env, **factories.libpq_environment(
            factory.info["postgres"]["lif_executor"])), stdout=subprocess.DEVNULL)
    try:
        build_id = submit(factory, name)
        ((victim,),) = factories.wait_until(
            lambda: factory.query(f"SELECT executor FROM records WHERE build_id = '{build_id}'"),
            90, "its record")
        factory.kill(victim)
    finally:
        # PostgreSQL notices at its next write to it that the client is gone; so it is told.
        factory.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                      "WHERE query LIKE '%pg_sleep(300)%' AND pid <> pg_backend_pid()")
        held.wait(20)
    factories.wait_until(lambda: factory.lif_json_any("status", build_id)["state"] == "done", 60,
                         lambda: f"done: {factory.lif_json_any('status', build_id)}")
    inspected = factories.docker("buildx", "imagetools", "inspect", factory.tag(name))
    ((image,),) = factory.query(f"SELECT image FROM records WHERE build_id = '{build_id}'")
    assert image.split("@")[1] in inspected.stdout
    assert factory.lif("logs", build_id).count("#1 [internal] load build definition") == 1
    factory.start_component(victim)


def test_row_18_redis_is_away_during_real_builds(factory, manifests):
    builds = [submit(factory, name) for name in manifests["long"]]
    for build_id in builds:
        factories.wait_until(lambda: executor_of(factory, build_id), 90, "its RUN")  # noqa: B023
    factory.script("stop", "redis")
    time.sleep(AWAY_SECONDS)
    factory.start_component("redis")
    wanted = ", ".join(f"'{build_id}'" for build_id in builds)
    rows = factories.wait_until(
        lambda: (found := factory.query("SELECT build_id, outcome, attempt FROM records "
                                        f"WHERE build_id IN ({wanted})"))
        and len(found) == 2 and found, 60, "their records")
    assert sorted(rows) == sorted([build_id, "compatible", "1"] for build_id in builds)
    for build_id in builds:
        log = factory.lif("logs", build_id)
        assert log.count("sleep") and "another attempt" not in log, log
    for daemon in ("executor-1", "executor-2"):
        oracle.check_log(factory, daemon)
