"""Rows 7, 8, 11, 12, 18 and 19: what happens to Redis and to its files."""
import random
import shutil
import struct
import subprocess
import time

import grpc
import pytest

import client as clients
import fleet as fleets
import power
import redis_server

LEASE = fleets.LEASE_SECONDS
KILLS = 16
LOSSES = 8
CLIENTS = 4
AWAY_SECONDS = 30 if fleets.LONG else 12  # of row 18, six leases or more


def preload(stores, shim, **more):
    return {"LD_PRELOAD": str(stores.build / "bin" / f"{shim}.so"), **more}


@pytest.mark.parametrize("delay_ms", [0, 20], ids=["always", "slow-fsync"])
def test_row_07_redis_is_killed_again_and_again(make_fleet, stores, report, tmp_path, delay_ms):
    redis = power.PoweredRedis(stores, tmp_path / "redis", delay_ms=delay_ms)
    fleet = make_fleet(redis)
    fleet.add_controlplane()
    fleet.add_executors(2, slots=2)
    names = fleet.publish({f"m-{number}": "sleep-20" for number in range(600)})
    with clients.Load(fleet.client(), names, clients=CLIENTS, pause=0.02) as load:
        for _ in range(KILLS):
            time.sleep(random.uniform(0.1, 0.5))
            redis.kill()
            redis.start()
        load.stopping.set()
    extra = len(fleet.job_ids()) - len(fleet.ledger)
    took = fleet.ledger.verify(fleet)
    report.say(f"kill -9 of Redis {KILLS} times, syncs {delay_ms} ms slower: {len(fleet.ledger)} "
               f"acknowledged, 0 lost, {extra} jobs beyond them, "
               f"{len(fleet.executions('build'))} builds; the last record {took:.1f} s after the "
               f"last kill; {len(load.errors)} calls answered UNAVAILABLE")
    assert len(fleet.ledger) > KILLS
    assert 0 <= extra <= CLIENTS


def test_row_08_power_loss_with_appendfsync_always(make_fleet, stores, report, tmp_path):
    redis = power.PoweredRedis(stores, tmp_path / "redis")
    fleet = make_fleet(redis)
    fleet.add_controlplane()
    fleet.add_executors(2, slots=2)
    names = fleet.publish({f"m-{number}": "sleep-20" for number in range(600)})
    lost = []
    with clients.Load(fleet.client(), names, clients=2 * CLIENTS, pause=0) as load:
        for _ in range(LOSSES):
            time.sleep(random.uniform(0.3, 0.8))
            lost.append(redis.lose_power())
            redis.start()
        load.stopping.set()
    fleet.ledger.verify(fleet)
    report.say(f"power lost {LOSSES} times: {len(fleet.ledger)} acknowledged, 0 lost; "
               f"{sum(lost)} bytes that were not synced are gone; "
               f"{len(load.errors)} calls answered UNAVAILABLE")


def test_row_11_the_append_only_file_is_cut_in_mid_command(fleet, report):
    names = fleet.publish({f"m-{number}": "sleep-0" for number in range(40)})
    client = fleet.client()
    client.submit(*names[:20])
    before = set(fleet.job_ids())
    client.submit(*names[20:])
    added = set(fleet.job_ids()) - before
    # What it was acknowledged it would submit again; here the file alone is looked at.
    fleet["controlplane"].kill()
    fleet.redis.kill()
    (path,) = fleet.redis.append_only_files()
    data = path.read_bytes()
    # A call is a transaction: MULTI, its commands, EXEC. Cut within it, at several places.
    job = min(data.index(job_id.encode()) for job_id in added)
    start = data.rindex(b"*1\r\n$5\r\nMULTI\r\n", 0, job)
    end = data.index(b"EXEC\r\n", job)
    for kept in (start + 7, start + 200, (start + end) // 2, end + 3):
        path.write_bytes(data[:kept])
        fleet.redis.start()
        assert set(fleet.job_ids()) == before
        fleet.redis.kill()
    fleet.redis.start()
    fleet["controlplane"].start()
    # Half a call is no call; whoever wants what it asked for submits again.
    lost = [build for build in fleet.ledger.builds.values() if build.manifest_id in names[20:]]
    fleet.ledger.forget([build.build_id for build in lost])
    client.submit_until_accepted(*names[20:])
    fleet.add_executor(slots=4)
    fleet.ledger.verify(fleet)
    assert len(fleet.executions("build")) == len(names)
    report.say("cut at 4 places within a submit: all 20 jobs before it, none of it")


def test_row_11_garbage_in_the_append_only_file(fleet, report):
    names = fleet.publish({f"m-{number}": "sleep-0" for number in range(40)})
    client = fleet.client()
    for name in names:
        client.submit(name)
    fleet.redis.kill()
    (path,) = fleet.redis.append_only_files()
    sound = path.read_bytes()
    # Where a command begins: Redis keeps no checksums, so garbage within a value is not seen.
    middle = sound.index(b"\r\n*", len(sound) // 2) + 2
    path.write_bytes(sound[:middle] + b"\0garbage\xff" + sound[middle + 9:])
    fleet.redis.launch()
    assert fleet.redis.daemon.process.wait(20) != 0
    assert "Bad file format reading the append only file" in fleet.redis.log()
    with pytest.raises(grpc.RpcError) as refused:
        client.submit(names[0])
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
    assert "Redis" in refused.value.details(), refused.value.details()
    path.write_bytes(sound)  # from the backup
    fleet.redis.start()
    fleet.add_executor(slots=4)
    fleet.ledger.verify(fleet)
    report.say("refuses to start and says so; submits are UNAVAILABLE; with the file restored all "
               "40 jobs are there")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "lif-faults", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_row_12_the_disk_of_redis_is_full(make_fleet, stores, report, small_disk):
    redis = redis_server.RedisServer(stores, small_disk / "redis")
    fleet = make_fleet(redis)
    fleet.add_controlplane()
    names = fleet.publish({f"m-{number}": "sleep-0" for number in range(600)})
    client = fleet.client()
    client.submit(*names[:10])
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(b"x" * (free - (200 << 10)))
    answers = []  # whether each was accepted, and how long it took
    for name in names[10:]:
        asked = time.monotonic()
        try:
            client.submit(name)
            answers.append((True, time.monotonic() - asked))
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
            answers.append((False, time.monotonic() - asked))
            if sum(not accepted for accepted, _ in answers) == 8:
                break
    refused = [took for accepted, took in answers if not accepted]
    first = [accepted for accepted, _ in answers].index(False)
    assert len(refused) == 8 and not any(accepted for accepted, _ in answers[first:])
    report.time("UNAVAILABLE after", max(refused[1:]), 1)
    (small_disk / "filler").unlink()
    if not redis.daemon.alive():
        # With appendfsync always Redis ends rather than answer what it can't keep.
        redis.start()
    client.submit_until_accepted(*names[-10:])
    fleet.add_executor(slots=4)
    fleet.ledger.verify(fleet)
    report.say(f"{first + 10} accepted, then none while the disk was full; all "
               f"{len(fleet.ledger)} recorded")


def test_row_18_redis_is_away_during_long_builds(fleet, report):
    names = fleet.publish({f"long-{number}": f"sleep-{AWAY_SECONDS + 3}000" for number in range(4)})
    fleet.add_executors(2, slots=2)
    client = fleet.client()
    client.submit(*names)
    for name in names:
        fleet.await_execution("build", name)
    fleet.redis.stop()
    time.sleep(AWAY_SECONDS)
    fleet.redis.start()
    fleet.ledger.verify(fleet)
    assert len(fleet.executions("build")) == len(fleet.executions("built")) == len(names)
    assert not fleet.executions("stopped")
    report.say(f"Redis stopped for {AWAY_SECONDS} s: 4 builds went on, 0 aborted, 0 doubled")


class ShiftedClock:
    """A wall clock that a test sets for the processes with env()."""

    def __init__(self, stores, path):
        self.path = path
        self.set(0)
        self.env = preload(stores, "clock_shift", CLOCK_SHIFT_FILE=str(path),
                           ASAN_OPTIONS="verify_asan_link_order=0")

    def set(self, seconds):
        with open(self.path, "r+b" if self.path.exists() else "w+b") as file:
            file.write(struct.pack("@q", seconds))


def test_row_19_the_clock_of_an_executor_is_wrong(fleet, stores, report, tmp_path):
    names = fleet.publish({f"m-{number}": "sleep-3000" for number in range(8)})
    ahead, behind = (ShiftedClock(stores, tmp_path / name) for name in ("ahead", "behind"))
    ahead.set(3600)
    behind.set(-3600)
    fleet.add_executor("executor-1", slots=2, env=ahead.env)
    fleet.add_executor("executor-2", slots=2, env=behind.env)
    fleet.client().submit(*names)
    time.sleep(1)
    ahead.set(-3600)
    behind.set(3600)
    fleet.ledger.verify(fleet)
    assert len(fleet.executions("build")) == len(names)
    off = fleet.ledger.records(fleet, "round(extract(epoch FROM started_at - committed_at) / 3600)")
    assert {row[0] for row in off} & {"1", "-1"}, off
    report.say("executors an hour ahead and an hour behind, then the other way round: 8 builds, "
               "none twice")


@pytest.mark.parametrize("shift", [3600, -3600], ids=["ahead", "behind"])
def test_row_19_the_clock_of_redis_jumps(make_fleet, stores, report, tmp_path, shift):
    clock = ShiftedClock(stores, tmp_path / "clock")
    fleet = make_fleet(redis_server.RedisServer(stores, tmp_path / "redis", env=clock.env))
    fleet.add_controlplane()
    kept, lost = fleet.publish({"kept": "sleep-4000", "lost": "sleep-4000"})
    fleet.add_executors(2)
    client = fleet.client()
    client.submit(kept)
    fleet.await_execution("build", kept)
    clock.set(shift)
    told = int(fleet.redis.connect().call("TIME")[0])
    assert abs(told - time.time() - shift) < 60, told
    fleet.await_execution("built", kept)
    assert len(fleet.executions("build", kept)) == 1
    client.submit(lost)
    first = fleet.await_execution("build", lost)
    clock.set(0)
    time.sleep(LEASE / 2)
    assert len(fleet.executions("build", lost)) == 1
    fleet.executor_of(first.pid).kill()
    killed = fleets.monotonic()
    second = fleet.await_execution("build", lost, count=2)
    report.time(f"{shift:+} s and back; reclaimed", second.at - killed, LEASE + 2)
    assert second.token > first.token
    fleet.ledger.verify(fleet)
