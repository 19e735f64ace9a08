#!/usr/bin/env python3
"""Faults of rows 1 to 8 at random under load: chaos.py --minutes M --seed S.

The seed decides what happens when; the same seed and time give the same plan. Prints the plan as it
is carried out, and the oracle's verdict.
"""
import argparse
import collections
import dataclasses
import pathlib
import random
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import client as clients  # noqa: E402
import fleet as fleets  # noqa: E402
import power  # noqa: E402
import stubs as generated  # noqa: E402

EXECUTORS, SLOTS, CONTROLPLANES, CLIENTS = 3, 2, 2, 4
BATCH = 500  # manifests published at a time
BACKLOG = 60  # builds that are acknowledged and not recorded, above which clients pause
LEASE = fleets.LEASE_SECONDS
# Row, fault, how often.
FAULTS = (
    (1, "kill-executor", 4), (2, "pause-executor", 3), (3, "crash-at-tag", 3),
    (4, "kill-controlplane", 2), (5, "drop-claim", 3), (6, "drop-complete", 3),
    (7, "kill-redis", 2), (8, "power-loss", 2), (7, "cut-connections", 2), (7, "stall", 1))


@dataclasses.dataclass(frozen=True)
class Event:
    at: float  # seconds from the start
    row: int
    fault: str
    target: int
    length: float  # seconds that it lasts, where it does


def plan(seed, seconds):
    """What happens when. Pure."""
    chance = random.Random(seed)
    events, at = [], 0.0
    while (at := at + chance.uniform(0.3, 2.5)) < seconds:
        row, fault, _ = chance.choices(FAULTS, weights=[often for _, _, often in FAULTS])[0]
        events.append(Event(at, row, fault, chance.randrange(6), chance.uniform(0.2, 1.5 * LEASE)))
    return events


class Chaos:
    """One fleet under load and faults. What it tells goes to `say`, a line each."""

    def __init__(self, fleet, redis, seed, say):
        self.fleet, self.redis, self.say = fleet, redis, say
        self.chance = random.Random(seed + 1)
        self.ending = threading.Event()
        self.lock = threading.Lock()
        self.names, self.published = [], 0
        self.errors = collections.Counter()
        self.broken = []
        self.began = 0.0
        self.backlog = 0

    def set_up(self):
        self.proxy = self.fleet.proxy()
        self.controlplanes = [
            self.fleet.add_controlplane(f"controlplane-{number}", redis_port=self.proxy.port)
            for number in range(1, CONTROLPLANES + 1)]
        self.executors = self.fleet.add_executors(EXECUTORS, redis_port=self.proxy.port,
                                                  slots=SLOTS)
        self.publish()

    def publish(self):
        """More manifests; a few of them fail, as users' do. Builds take up to half a lease."""
        doing = {}
        for number in range(self.published, self.published + BATCH):
            failing = self.chance.random() < 0.05
            doing[f"m-{number}"] = (f"sleep-{self.chance.randrange(20, int(LEASE * 500))}"
                                    f"{'_exit-3' if failing else ''}")
        names = self.fleet.publish(doing)[-BATCH:]
        self.published += BATCH
        with self.lock:
            self.names += names

    def watch_backlog(self):
        """More than can be built within the oracle's minute would tell nothing but that."""
        while not self.ending.wait(1):
            ((recorded,),) = self.fleet.query(
                f"SELECT count(*) FROM records WHERE manifest_id LIKE '{self.fleet.prefix}-%'")
            self.backlog = len(self.fleet.ledger) - int(recorded)

    def submit(self, number):
        asked = [self.fleet.client(daemon.address) for daemon in self.controlplanes]
        try:
            while not self.ending.is_set():
                with self.lock:
                    wanted = self.names and self.backlog < BACKLOG
                    name = self.names.pop(0) if wanted else None
                if name is None:
                    self.ending.wait(0.2)
                    continue
                self.submit_one(asked, number, name)
                self.ending.wait(0.5)
        except Exception as error:  # a thread's failure is the run's
            self.broken.append(error)

    def submit_one(self, asked, number, name):
        request_id = clients.new_ulid()
        for attempt in range(1000):
            try:
                asked[(number + attempt) % len(asked)].submit(name, request_id=request_id,
                                                              timeout=10)
                return
            except clients.grpc.RpcError as error:
                assert error.code() in clients.RETRIED, f"{error.code()}: {error.details()}"
                self.errors[error.code().name] += 1
            time.sleep(0.1)
        raise AssertionError(f"{name} was never accepted")

    def run(self, events, seconds):
        self.began = time.monotonic()
        threads = [threading.Thread(target=self.submit, args=(number,), daemon=True)
                   for number in range(CLIENTS)]
        threads.append(threading.Thread(target=self.watch_backlog, daemon=True))
        for thread in threads:
            thread.start()
        for event in events:
            self.wait_until(event.at)
            with self.lock:
                few = len(self.names) < BATCH // 5
            if few:
                self.publish()
            self.do(event)
        self.wait_until(seconds)
        self.ending.set()
        for thread in threads:
            thread.join()
        self.heal()
        assert not self.broken, self.broken[0]

    def wait_until(self, at):
        time.sleep(max(0.0, self.began + at - time.monotonic()))

    def do(self, event):
        self.say(f"{time.monotonic() - self.began:8.2f} s  row {event.row}  {event.fault} "
                 f"{event.target} {event.length:.2f} s")
        getattr(self, event.fault.replace("-", "_"))(event)

    def heal(self):
        self.proxy.resume()
        for daemon in self.executors + self.controlplanes:
            self.revive(daemon)

    def revive(self, daemon):
        if daemon.alive():
            daemon.resume()
        else:
            daemon.start()

    def later(self, seconds, what):
        timer = threading.Timer(seconds, what)
        timer.daemon = True
        timer.start()

    # The faults. Each leaves the next something to break: what is gone comes back by itself.

    def kill_executor(self, event):
        daemon = self.executors[event.target % EXECUTORS]
        daemon.kill()
        time.sleep(min(event.length, 1))
        daemon.start()
        self.revive_dead()

    def pause_executor(self, event):
        daemon = self.executors[event.target % EXECUTORS]
        if daemon.alive():
            daemon.pause()
            self.later(event.length, lambda: daemon.alive() and daemon.resume())

    def crash_at_tag(self, event):
        with self.lock:
            name = self.names[0] if self.names else None
        if name:
            (self.fleet.engine / f"crash-{('tag', 'tagged')[event.target % 2]}-{name}").touch()
        self.revive_dead()

    def revive_dead(self):
        for daemon in self.executors:
            if not daemon.alive():
                daemon.start()

    def kill_controlplane(self, event):
        daemon = self.controlplanes[event.target % CONTROLPLANES]
        daemon.kill()
        time.sleep(min(event.length, 0.5))
        daemon.start()

    def drop_claim(self, event):
        self.proxy.on("claim", "drop", times=1 + event.target % 3,
                      matches=lambda arguments, reply: len(reply) > 0)

    def drop_complete(self, event):
        for function in ("complete", "complete_and_claim"):
            self.proxy.on(function, "drop", times=1 + event.target % 3)

    def kill_redis(self, event):
        self.redis.kill()
        time.sleep(min(event.length, 1))
        self.redis.start()

    def power_loss(self, event):
        lost = self.redis.lose_power()
        self.say(f"            {lost} bytes were not synced")
        self.redis.start()

    def cut_connections(self, event):
        self.proxy.cut()

    def stall(self, event):
        self.proxy.stall()
        time.sleep(event.length)
        self.proxy.resume()

    def verdict(self):
        """What the oracle says; raises AssertionError."""
        ledger, fleet = self.fleet.ledger, self.fleet
        took = ledger.verify(fleet, outcome=None)
        outcomes = collections.Counter(row[0] for row in ledger.records(fleet, "outcome"))
        rows = ledger.records(fleet, "build_id, outcome, failure_message")
        wrong = [row for row in rows if row[1] not in ("compatible", "failed")
                 and "each of 3 executors" not in row[2]]
        assert not wrong, wrong
        builds = collections.Counter(run.detail for run in fleet.executions("build"))
        return (f"{len(ledger)} acknowledged, 0 lost, 0 doubled; {dict(outcomes)}; "
                f"{sum(builds.values()) - len(builds)} builds run again after a fault; the last "
                f"record {took:.1f} s after the last fault; {sum(self.errors.values())} calls "
                f"answered {', '.join(sorted(self.errors)) or 'with an error'}")


def run(stores, stubs, directory, seed, seconds, say):
    """Sets up, breaks, verifies; answers the verdict in a line."""
    say(f"chaos with seed {seed} for {seconds:g} s")
    redis = power.PoweredRedis(stores, directory / "redis", delay_ms=2)
    fleet = fleets.Fleet(stores, stubs, directory / "fleet", f"chaos-{seed}-{time.time_ns():x}",
                         redis)
    try:
        redis.start()
        chaos = Chaos(fleet, redis, seed, say)
        chaos.set_up()
        events = plan(seed, seconds)
        chaos.run(events, seconds)
        verdict = f"seed {seed}, {seconds:g} s, {len(events)} faults: {chaos.verdict()}"
        say(verdict)
        return verdict
    finally:
        fleet.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(1 << 31)
    stores = fleets.Stores()
    try:
        with tempfile.TemporaryDirectory(prefix="lif-chaos-") as scratch:
            scratch = pathlib.Path(scratch)
            (scratch / "stubs").mkdir()
            stubs = generated.generate(fleets.factories.ROOT / "proto", scratch / "stubs")
            run(stores, stubs, scratch, seed, options.minutes * 60,
                lambda line: print(line, flush=True))
    except AssertionError as failure:
        print(f"seed {seed}: FAILED: {failure}", flush=True)
        sys.exit(1)
    finally:
        stores.stop()


if __name__ == "__main__":
    main()
