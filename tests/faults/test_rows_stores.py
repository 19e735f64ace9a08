"""Rows 10, 13 and 16: a database that stops, a Redis that is full, a network that parts."""
import subprocess
import time

import grpc
import pytest

import factory as factories
import fleet as fleets
import graph
import redis_server

AWAY_SECONDS = 60 if fleets.LONG else 20


def test_row_10_postgresql_is_stopped(fleet, stores, report):
    names = fleet.publish({f"m-{number}": "sleep-1500" for number in range(24)})
    fleet.add_executors(2, slots=2)
    client = fleet.client()
    builds = client.submit(*names).builds
    fleet.await_execution("built", count=3)
    events = graph.Events(fleet)
    stores.postgres("stop")
    try:
        stopped = time.time()
        before = set(events.count("done"))
        time.sleep(5)
        held = {build.build_id: fleet.job(build.build_id) for build in builds}
        held = {build_id: job["tok"] for build_id, job in held.items() if job["st"] == "active"}
        assert held
        time.sleep(AWAY_SECONDS - 5)
        meanwhile = set(events.count("done")) - before
        kept = {build_id: fleet.job(build_id) for build_id in held}
        assert {build_id: job["tok"] for build_id, job in kept.items()} == held
        assert {job["st"] for job in kept.values()} == {"active"}
        with pytest.raises(grpc.RpcError) as refused:
            client.submit(names[0])
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        assert "PostgreSQL" in refused.value.details(), refused.value.details()
    finally:
        stores.postgres("start")
    took = fleet.ledger.verify(fleet)
    # What was completed while it was away had been committed before.
    committed = dict(fleet.ledger.records(fleet, "build_id, extract(epoch FROM committed_at)"))
    assert all(float(committed[build_id]) <= stopped for build_id in meanwhile), meanwhile
    assert len(fleet.executions("build")) == len(names)
    report.say(f"away {AWAY_SECONDS} s: {len(held)} leases kept with their tokens, no complete "
               f"before its commit; all {len(names)} recorded {took:.1f} s after it was back, each "
               "built once")


def test_row_10_executors_are_killed_with_results_in_their_spools(fleet, stores, report):
    names = fleet.publish({f"s-{number}": "sleep-500" for number in range(6)})
    executors = fleet.add_executors(2, slots=3)
    fleet.client().submit(*names)
    for name in names:
        fleet.await_execution("build", name)
    stores.postgres("stop")
    try:
        waiting = "result waits in the spool"
        factories.wait_until(
            lambda: sum(daemon.log().count(waiting) for daemon in executors) == len(names), 30,
            lambda: "\n".join(daemon.log() for daemon in executors))
        for daemon in executors:
            daemon.kill()
        # One is back before its leases run out; the other's have, and nobody claims them: claiming
        # waits for what waits already.
        executors[0].start()
        time.sleep(fleets.LEASE_SECONDS + 1)
        executors[1].start()
        for daemon in executors:
            fleet.await_executor(daemon.name)
        time.sleep(1)
    finally:
        stores.postgres("start")
    took = fleet.ledger.verify(fleet)
    assert len(fleet.executions("build")) == len(names)
    factories.wait_until(lambda: not [path for daemon in executors
                                      for path in spooled(fleet, daemon)], 10, "empty spools")
    report.say(f"{len(names)} results outlived kill -9 of both executors: recorded {took:.1f} s "
               "after PostgreSQL was back, each built once")


def spooled(fleet, daemon):
    spool = fleet.directory / daemon.name / "spool"
    assert spool.is_dir(), spool
    return [path for path in spool.iterdir() if path.name != "damaged"]


def test_row_13_redis_has_no_memory_left(fleet, report):
    names = fleet.publish({f"m-{number}": "sleep-2500" for number in range(40)})
    fleet.add_executors(2, slots=4)
    client = fleet.client()
    client.submit(*names[:8])
    for name in names[:8]:
        fleet.await_execution("build", name)
    admin = fleet.redis.connect()
    admin.call("CONFIG", "SET", "maxmemory", 1 << 20)
    refused = []
    for name in names[8:20]:
        try:
            client.submit(name)
            raise AssertionError(f"{name} was accepted at maxmemory")
        except grpc.RpcError as error:
            refused.append(error)
        time.sleep(0.1)
    assert {error.code() for error in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}, refused
    assert all("memory" in error.details() for error in refused), refused[0].details()
    fleet.ledger.verify(fleet)
    assert len(fleet.executions("build")) == 8
    for daemon in ("executor-1", "executor-2"):
        assert "heartbeat without answer" not in fleet[daemon].log(), fleet[daemon].log()
        assert "can't be completed" not in fleet[daemon].log(), fleet[daemon].log()
    admin.call("CONFIG", "SET", "maxmemory", 0)
    client.submit_until_accepted(*names[20:])
    fleet.ledger.verify(fleet)
    report.say(f"{len(refused)} submits RESOURCE_EXHAUSTED; 8 builds in hand kept their leases and "
               "were completed; with memory again 20 more were accepted")


class Island:
    """A network namespace joined to this machine's by a link that can be parted."""

    def __init__(self, number):
        self.name = f"liffaults{number}"
        self.here, self.there = f"lifa{number}", f"lifb{number}"
        self.host, self.guest = f"10.213.{number}.1", f"10.213.{number}.2"

    def make(self):
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self.here, "type", "veth", "peer", "name", self.there)
        run("ip", "link", "set", self.there, "netns", self.name)
        run("ip", "addr", "add", f"{self.host}/24", "dev", self.here)
        run("ip", "link", "set", self.here, "up")
        run(*self.inside, "ip", "addr", "add", f"{self.guest}/24", "dev", self.there)
        run(*self.inside, "ip", "link", "set", self.there, "up")
        run(*self.inside, "ip", "link", "set", "lo", "up")

    @property
    def inside(self):
        return ("ip", "netns", "exec", self.name)

    def part(self):
        run("ip", "link", "set", self.here, "down")

    def join(self):
        run("ip", "link", "set", self.here, "up")

    def remove(self):
        subprocess.run(["ip", "netns", "del", self.name], check=False)
        subprocess.run(["ip", "link", "del", self.here], check=False, capture_output=True)


def run(*command):
    subprocess.run(command, check=True, timeout=20)


@pytest.fixture
def island():
    made = Island(time.time_ns() % 200 + 20)
    try:
        made.make()
        yield made
    finally:
        made.remove()


MAX_LAG = 2
PARTED_SECONDS = 15 if fleets.LONG else 8


def test_row_16_the_network_parts_primary_and_replica(make_fleet, stores, report, island, tmp_path):
    primary = redis_server.RedisServer(
        stores, tmp_path / "primary", "--bind", "127.0.0.1", island.host,
        "--min-replicas-to-write", 1, "--min-replicas-max-lag", MAX_LAG,
        "--repl-diskless-sync-delay", 0)
    replica = redis_server.RedisServer(
        stores, tmp_path / "replica", "--bind", "127.0.0.1", island.guest,
        "--replicaof", island.host, primary.port, "--masteruser", "admin",
        "--masterauth", stores.secret("redis-admin"), wrap=island.inside)
    fleet = make_fleet(primary)
    try:
        replica.start(host=island.guest)
        admin = primary.connect()
        factories.wait_until(
            lambda: "state=online" in admin.call("INFO", "replication"), 20, "the replica is there")
        fleet.add_controlplane()
        names = fleet.publish({f"m-{number}": "sleep-50" for number in range(400)})
        fleet.add_executor(slots=2)
        client = fleet.client()
        client.submit(*names[:10])
        names = names[10:]
        island.part()
        parted = time.monotonic()
        last_ok, refused = parted, 0
        while time.monotonic() - parted < PARTED_SECONDS:
            try:
                client.submit(names.pop(), timeout=10)
                last_ok = time.monotonic()
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE, error
                refused += 1
            time.sleep(0.1)
        island.join()
        assert refused
        report.time("last OK after the parting", last_ok - parted, MAX_LAG + 1)
        client.submit_until_accepted(*names[:10])
        fleet.ledger.verify(fleet)
        report.say(f"parted for {PARTED_SECONDS} s: {refused} submits answered UNAVAILABLE, then "
                   f"accepted again; all {len(fleet.ledger)} acknowledged recorded")
    finally:
        replica.stop()
