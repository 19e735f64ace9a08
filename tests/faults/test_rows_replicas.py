"""Rows 9, 15 and 17: a Redis that comes back older, or hands over to another."""
import random
import time

import grpc

import client as clients
import factory as factories
import fleet as fleets
import power
import processes
import relay as relays
import resp
import sentinels

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
    fleet.add_executors(2, slots=2)
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


def submit_to_a_stalled_replica(fleet, pair):
    """Submits with WAIT, then kills the primary and promotes the replica. Answers the client, what
    had been acknowledged while the replica stood still, and how many were refused."""
    proxy = fleet.proxy()
    fleet.add_controlplane(redis_port=proxy.port,
                           **{"redis-wait-replicas": 1, "redis-wait-timeout": "500ms"})
    fleet.add_executor("executor-1", redis_port=proxy.port, slots=2)
    published = fleet.publish({f"m-{number}": "sleep-50" for number in range(60)})
    client = fleet.client()
    client.submit(*published[:5])
    time.sleep(0.5)
    pair.replica.daemon.pause()
    stalled = set(fleet.ledger.builds)
    refused = 0
    for name in published[5:10]:
        try:
            client.submit(name, timeout=10)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
            refused += 1
    acknowledged = set(fleet.ledger.builds) - stalled
    pair.primary.kill()
    pair.replica.daemon.resume()
    pair.promote()
    proxy.target = pair.replica.port
    fleet.redis = pair.replica
    return client, acknowledged, refused


def test_row_15_a_stalled_replica_is_promoted_with_wait(make_fleet, stores, report, tmp_path):
    pair = sentinels.Replicated(stores, tmp_path)
    fleet = make_fleet(pair.primary)
    pair.start_replica()
    try:
        client, acknowledged, refused = submit_to_a_stalled_replica(fleet, pair)
        assert refused and not acknowledged, (refused, acknowledged)
        client.submit_until_accepted(f"{fleet.prefix}-m-50")
        fleet.ledger.verify(fleet)
        report.say(f"with WAIT: {refused} submits UNAVAILABLE while the replica stood still, none "
                   f"acknowledged; 0 of {len(fleet.ledger)} acknowledged lost")
    finally:
        pair.stop()


def times_told(fleet):
    return fleet["controlplane"].log().count(TOLD)


def test_row_15_a_stalled_replica_is_promoted_without_wait(make_fleet, stores, report, tmp_path):
    # What a stopped process has in its socket it would read when it goes on: so the way is parted.
    port = processes.free_port()
    pair = sentinels.Replicated(stores, tmp_path, through=port)
    between = relays.Relay(pair.primary.port, port)
    fleet = make_fleet(pair.primary)
    try:
        pair.start_replica()
        proxy = fleet.proxy()
        fleet.add_controlplane(redis_port=proxy.port)
        fleet.add_executors(2, redis_port=proxy.port, slots=2)
        names = fleet.publish({f"m-{number}": "sleep-300" for number in range(60)})
        client = fleet.client()
        client.submit(*names[:10])
        assert pair.primary.connect().call("WAIT", 1, 5000) == 1
        between.stall()
        for name in names[10:50]:
            client.submit(name)
        pair.primary.kill()
        between.close()
        pair.promote()
        fleet.redis = pair.replica
        kept = {job["bid"] for job in jobs(fleet)}
        gone = set(fleet.ledger.builds) - kept
        assert gone, "nothing was lost: the test proves nothing"
        proxy.target = pair.replica.port
        back = fleets.monotonic()
        factories.wait_until(lambda: times_told(fleet), 30,
                             lambda: f"reconciliation begins:\n{fleet.explain([])}")
        report.time("rollback seen", fleets.monotonic() - back, 5)
        time.sleep(5)
        again = submit_lost_again(fleet, client)
        fleet.ledger.verify(fleet)
        report.say(f"without WAIT: {len(gone)} of {len(fleet.ledger)} acknowledged jobs were gone "
                   f"from the promoted replica; {again} had to be submitted again by their "
                   "clients; all recorded")
    finally:
        between.close()
        pair.stop()


EXECUTORS = 50


def await_primary(server, watchers):
    """Answers when it was one."""
    factories.wait_until(lambda: sentinels.is_primary(server), 60, watchers.log)
    return fleets.monotonic()


def await_claims(fleet, names, since, report, how):
    """Each executor, idle until then, has claimed one of `names`; each takes a while."""
    wanted = set(names)

    def claimed():
        return {run.pid: run.at for run in fleet.executions("build") if run.detail in wanted}
    factories.wait_until(lambda: len(claimed()) == EXECUTORS, 60,
                         lambda: f"{len(claimed())} of {EXECUTORS} claim:\n{fleet.explain([])}")
    report.time(f"{how}: all {EXECUTORS} have claimed again", max(claimed().values()) - since, 5)


def test_row_17_sentinels_fail_over_under_fifty_idle_executors(make_fleet, stores, report,
                                                               tmp_path):
    pair = sentinels.Replicated(stores, tmp_path)
    watchers = sentinels.Sentinels(stores, tmp_path, pair.primary)
    fleet = make_fleet(pair.primary)
    try:
        pair.start_replica()
        watchers.start()
        fleet.add_controlplane(**{"redis-url": watchers.url(stores, "controlplane")})
        names = fleet.publish({f"m-{number}": "sleep-8000" for number in range(2 * EXECUTORS)})
        executors = [fleet.add_executor(f"executor-{number}", wait=False,
                                        **{"redis-url": watchers.url(stores, "executor")})
                     for number in range(1, EXECUTORS + 1)]
        for executor in executors:
            fleet.await_executor(executor.name, seconds=120)
        pids = [executor.pid for executor in executors]
        client = fleet.client()
        for how, primary, replica in (("handed over", pair.primary, pair.replica),
                                      ("killed", pair.replica, pair.primary)):
            if how == "killed":
                primary.kill()
            else:
                watchers.hand_over()
            since = await_primary(replica, watchers)
            fleet.redis = replica
            mine, names = names[:EXECUTORS], names[EXECUTORS:]
            client.submit_until_accepted(*mine)
            await_claims(fleet, mine, since, report, how)
            fleet.ledger.verify(fleet)
            # Nobody WAITs here: what the older primary still took in its last moments runs again.
            ran = [run.detail for run in fleet.executions("build") if run.detail in set(mine)]
            assert set(ran) == set(mine)
            report.say(f"{how}: {len(ran) - len(mine)} of {len(mine)} builds ran again")
        assert [executor.pid for executor in executors if executor.alive()] == pids
    finally:
        watchers.stop()
        pair.stop()
