"""Calls of the queue's functions at random, by several tenants and executors, and what must hold
between them: every invariant, and counters that equal what they count."""
import collections
import random

import graph
import resp

TENANTS, POOLS, EXECUTORS = ("ta", "tb", "tc"), ("p1", "p2"), ("ex1", "ex2", "ex3")
INDEXES = ("wait", "delay", "lease", "blamed", "done")
WEIGHTS = {"submit": 4, "join": 1, "claim": 5, "complete": 2, "complete_and_claim": 3, "fail": 1, "requeue": 1, "park": 1,
           "adopt": 1, "bury": 1, "heartbeat": 1, "cancel": 1, "tick": 2, "policy": 1}


class Walk:
    """The same seed makes the same calls; what they meet depends on the time too."""

    def __init__(self, fleet, seed):
        self.queue, self.chance = graph.Queue(fleet), random.Random(seed)
        self.redis, self.seed = self.queue.connection, seed
        self.prefix = self.queue.command("tick")[3]
        self.jobs, self.held, self.step = [], [], 0  # job ID and build ID; job ID and token

    def run(self, steps):
        for self.step in range(steps):
            (name,) = self.chance.choices(list(WEIGHTS), weights=WEIGHTS.values())
            try:
                getattr(self, name)()
            except resp.RedisError as refused:
                assert str(refused).startswith("LIF"), f"seed {self.seed}: {name}: {refused}"
            if self.step % 100 == 99:
                wrong = self.wrong()
                assert not wrong, f"seed {self.seed}, step {self.step}: {wrong[:10]}"

    # The calls. Many are refused: leases are lost, jobs gone.

    def submit_one(self, job_id, build_id, ttl, needs=()):
        self.queue.call("submit", f"r{self.step}", self.chance.choice(TENANTS),
                        self.chance.randint(-2, 2), ttl, 0, 1, 1, job_id, "image", build_id, "m",
                        "linux/amd64", self.chance.choice(POOLS), 3, "", len(needs), *needs)

    def submit(self):
        needs = [self.chance.choice(self.jobs)[0]] if self.jobs and self.chance.random() < 0.3 else []
        job = (f"{self.step + 1:064x}.1", f"01B{self.step:023d}")
        self.submit_one(*job, self.chance.choice((0, 0, 20, 100000)), needs)
        self.jobs.append(job)

    def join(self):
        if self.jobs:
            self.submit_one(self.chance.choice(self.jobs)[0], f"01D{self.step:023d}", 50)

    def claim(self):
        arguments = (self.chance.choice(EXECUTORS), self.chance.choice(POOLS), f"n{self.step}",
                     self.chance.choice((100, 100000)))
        job = resp.as_map(self.queue.call("claim", *arguments))
        again = resp.as_map(self.queue.call("claim", *arguments))
        if job:
            self.held.append((job["id"], job["tok"]))
            assert not again or again["tok"] == job["tok"], (job, again)
        elif again:
            self.held.append((again["id"], again["tok"]))

    def of_held(self, function, *more):
        if self.held:
            self.queue.call(function, *self.chance.choice(self.held), *more)

    def complete(self):
        self.of_held("complete", self.chance.choice(("compatible", "compatible", "failed", "error")))

    def complete_and_claim(self):
        if not self.held:
            return
        arguments = (*self.chance.choice(self.held), "compatible", self.chance.choice(EXECUTORS),
                     self.chance.choice(POOLS), f"n{self.step}", self.chance.choice((100, 100000)))
        job = resp.as_map(self.queue.call("complete_and_claim", *arguments))
        if job:
            self.held.append((job["id"], job["tok"]))
        again = resp.as_map(self.queue.call("complete_and_claim", *arguments))
        assert not again or again["tok"] == job["tok"], (job, again)

    def fail(self):
        self.of_held("fail", "transient", "x", self.chance.choice("01"), 10, 50, 500)

    def requeue(self):
        self.of_held("requeue")

    def park(self):
        if self.jobs:
            self.of_held("park", 1, self.chance.choice(self.jobs)[0])

    def bury(self):
        self.of_held("bury", "a test wants it")

    def adopt(self):
        if self.held:
            self.queue.call("adopt", "ex1", *self.chance.choice(self.held), 1000)

    def heartbeat(self):
        if self.held:
            self.queue.call("heartbeat", "ex1", 100000, 2, "pool", "p1", "started", "1", 1,
                            *self.chance.choice(self.held))

    def cancel(self):
        if self.jobs:
            self.queue.call("cancel", self.chance.choice(self.jobs)[1],
                            self.chance.choice(TENANTS), self.chance.choice("01"))

    def tick(self):
        self.queue.call("tick", 50, self.chance.choice((100, 100000)), 100000)

    def policy(self):
        self.queue.call("set_tenant", self.chance.choice(TENANTS[:2]),
                        self.chance.choice(("1", "3", "0.5")), 0, self.chance.choice((0, 0, 2)))

    # The verdict.

    def wrong(self):
        found = self.queue.call("check_counters")[2:]
        for function, *more in (("check_jobs",), ("check_ready",),
                                *(("check_index", index) for index in INDEXES)):
            cursor = "0"
            while True:
                answer = self.queue.call(function, *more, cursor)
                cursor, found = str(answer[0]), found + answer[2:]
                if cursor == "0":
                    break
        return found + self.wrong_tenants()

    def map_of(self, name):
        return collections.defaultdict(int, resp.as_map(self.redis.call("HGETALL",
                                                                        self.prefix + name)))

    def wrong_tenants(self):
        live, run, in_pool = (collections.Counter() for _ in range(3))
        for name in self.redis.call("KEYS", self.prefix + "job:*"):
            job = resp.as_map(self.redis.call("HGETALL", name))
            if job["st"] != "done":
                live.update(waiter.split(":")[0] for waiter in job["w"].split(";"))
            if job["st"] == "active" and job["chg"]:
                run[job["chg"]] += 1
                in_pool[job["pool"], job["chg"]] += 1
        found = []
        for tenant in TENANTS:
            counts = self.map_of(f"tenant:{tenant}")
            known = self.redis.call("ZSCORE", self.prefix + "tenants", tenant) is not None
            if (int(counts["live"]), int(counts["run"])) != (live[tenant], run[tenant]) or \
                    known != (live[tenant] > 0 or "weight" in counts):
                found.append((tenant, dict(counts), live[tenant], run[tenant], known))
            for pool in POOLS:
                use = int((counts[f"u:{pool}"] or "0 0 0").split()[1])
                kept = self.redis.call("PTTL", f"{self.prefix}tenant:{tenant}") == -1
                # What still runs must not be forgotten.
                if use != in_pool[pool, tenant] or (use > 0 and not kept):
                    found.append((pool, tenant, use, in_pool[pool, tenant], kept))
        return found
