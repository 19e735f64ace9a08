"""Rows 9 and 15: a Redis that comes back older, or hands over to another."""
import random
import time

import grpc

import client as clients
import factory as factories
import fleet as fleets
import power
import redis_server
import resp

TOLD = "came back from an older state"


def submit_lost_again(fleet, client):
    """What clients do with builds that are gone: those that neither queue nor records know."""
    missing = fleet.ledger.missing(fleet)
    lost = [fleet.ledger.builds[build_id] for build_id in missing if not fleet.job(build_id)]
    fleet.ledger.forget([build.build_id for build in lost])
    for build in lost:
        client.submit_until_accepted(build.manifest_id)
    return len(lost)


def test_row_09_power_loss_with_appendfsync_everysec(make_fleet, stores, report, tmp_path):
    redis = power.PoweredRedis(stores, tmp_path / "redis", "--appendfsync", "everysec")
    fleet = make_fleet(redis)
    fleet.add_controlplane()
    for number in (1, 2):
        fleet.add_executor(f"executor-{number}", slots=2)
    names = fleet.publish({f"m-{number}": "sleep-600" for number in range(300)})
    client = fleet.client()
    gone, worst = 0, 0.0
    for _ in range(3):
        log = fleet["controlplane"].log_path
        seen = log.read_text(errors="replace").count(TOLD)
        before = set(fleet.ledger.builds)
        with clients.Load(client, names, clients=8, pause=0) as load:
            time.sleep(random.uniform(0.8, 1.4))
            redis.kill()
            load.stopping.set()
            acknowledged = set(fleet.ledger.builds) - before
            redis.cut_to_synced()
            redis.start()
            back = fleets.monotonic()
            kept = {job["bid"] for job in jobs(fleet)}
            names = load.names
        lost = len(acknowledged - kept)
        gone += lost
        if lost:
            factories.wait_until(
                lambda log=log, seen=seen: log.read_text(errors="replace").count(TOLD) > seen, 30,
                lambda: f"reconciliation begins:\n{fleet.explain([])}")
            worst = max(worst, fleets.monotonic() - back)
    assert gone, "nothing was lost: the test proves nothing"
    report.time("reconciliation begins", worst, 5)
    time.sleep(5)
    again = submit_lost_again(fleet, client)
    fleet.ledger.verify(fleet)
    report.say(f"3 power losses set Redis back by {gone} acknowledged jobs; {again} had to be "
               f"submitted again by their clients; all {len(fleet.ledger)} recorded")


def jobs(fleet):
    connection = fleet.redis.connect()
    found = [resp.as_map(connection.call("HGETALL", name))
             for name in connection.call("KEYS", fleets.KEYS + "job:*")]
    connection.close()
    return found


class Replicated:
    """A primary with one replica."""

    def __init__(self, stores, directory, *options):
        common = ("--masteruser", "admin", "--masterauth", stores.secret("redis-admin"),
                  "--repl-diskless-sync-delay", 0, *options)
        self.primary = redis_server.RedisServer(stores, directory / "primary", *common)
        self.replica = redis_server.RedisServer(
            stores, directory / "replica", "--replicaof", "127.0.0.1", self.primary.port, *common)

    def start_replica(self):
        self.replica.start()
        admin = self.primary.connect()
        factories.wait_until(lambda: "state=online" in admin.call("INFO", "replication"), 20,
                             "the replica follows")

    def promote(self):
        self.replica.connect().call("REPLICAOF", "NO", "ONE")


def fail_over(fleet, pair, stores, names, wait_replicas):
    """Stalls the replica under load, kills the primary, promotes the replica. Answers the proxy's
    switch time and what had been acknowledged while the replica stood still."""
    proxy = fleet.proxy()
    more = {"redis-wait-replicas": 1, "redis-wait-timeout": "500ms"} if wait_replicas else {}
    fleet.add_controlplane(redis_port=proxy.port, **more)
    fleet.add_executor("executor-1", redis_port=proxy.port, slots=2)
    published = fleet.publish(names)
    client = fleet.client()
    client.submit(*published[:5])
    time.sleep(0.5)
    pair.replica.daemon.pause()
    stalled = set(fleet.ledger.builds)
    refused = 0
    for name in published[5:30]:
        try:
            client.submit(name, timeout=10)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
            refused += 1
            if refused == 5:
                break
    acknowledged = set(fleet.ledger.builds) - stalled
    pair.primary.kill()
    pair.replica.daemon.resume()
    pair.promote()
    proxy.target = pair.replica.port
    fleet.redis = pair.replica
    return fleets.monotonic(), client, acknowledged, refused


def test_row_15_a_stalled_replica_is_promoted_with_wait(make_fleet, stores, report, tmp_path):
    pair = Replicated(stores, tmp_path)
    fleet = make_fleet(pair.primary)
    pair.start_replica()
    try:
        names = {f"m-{number}": "sleep-50" for number in range(60)}
        _, client, acknowledged, refused = fail_over(fleet, pair, stores, names, True)
        assert refused and not acknowledged, (refused, acknowledged)
        client.submit_until_accepted(f"{fleet.prefix}-m-50")
        fleet.ledger.verify(fleet)
        report.say(f"with WAIT: {refused} submits UNAVAILABLE while the replica stood still, none "
                   f"acknowledged; 0 of {len(fleet.ledger)} acknowledged lost")
    finally:
        pair.primary.stop()
        pair.replica.stop()
