"""Jobs and edges put into the queue by its own functions, as a planner will, and what came of them."""
import collections
import dataclasses

import client as clients
import fleet as fleets
import resp

CHUNK = 64


@dataclasses.dataclass(frozen=True)
class Job:
    build_id: str
    build_key: str
    manifest_id: str
    pool: str
    generation: int = 1

    @property
    def job_id(self):
        return f"{self.build_key}.{self.generation}"


def jobs_of(planned):
    """Jobs for builds of Client.plan, which has computed their keys."""
    return [Job(clients.new_ulid(), build.build_key, build.manifest_id, build.pool)
            for build in planned]


def made_up(count, prefix, pool="amd64"):
    """Jobs of manifests that nobody published, with keys that begin with `prefix`, hexadecimal."""
    return [Job(clients.new_ulid(), prefix + f"{number:0{64 - len(prefix)}x}", f"m-{number}", pool)
            for number in range(count)]


def commands(jobs, needs=(), tenant="default", priority=0):
    """FCALLs that submit the jobs, each in need of all of `needs`."""
    found = []
    for begin in range(0, len(jobs), CHUNK):
        chunk = jobs[begin:begin + CHUNK]
        arguments = [clients.new_ulid(), tenant, priority, 0, 0, 1, len(chunk)]
        for job in chunk:
            arguments += [job.job_id, "image", job.build_id, job.manifest_id, clients.PLATFORM,
                          job.pool, 3, "", len(needs), *needs]
        found.append(call("submit", *arguments))
    return found


def call(function, *arguments):
    return ("FCALL", f"lif_v1_{function}", 1, fleets.KEYS, *arguments)


def submit(fleet, jobs, needs=(), tenant="default"):
    """As an acknowledged submit: the ledger has them. A control plane has loaded the functions."""
    connection = fleet.redis.connect()
    for command in commands(jobs, needs, tenant):
        connection.call(*command)
    connection.close()
    fleet.ledger.add(jobs)


class Worker:
    """An executor's calls without the executor: claims and completes."""

    def __init__(self, fleet, name="probe", pool="amd64", lease_ms=60000):
        self.connection = fleet.redis.connect()
        self.name, self.pool, self.lease_ms = name, pool, lease_ms

    def claim(self):
        """The claimed job as a map, {} when there is none."""
        return resp.as_map(self.connection.call(
            *call("claim", self.name, self.pool, clients.new_ulid(), self.lease_ms)))

    def complete(self, job, outcome="compatible"):
        assert self.connection.call(*call("complete", job["id"], job["tok"], outcome)) == "OK"

    def tick(self, limit=100):
        return self.connection.call(*call("tick", limit, 3600000, 3600000))


class Events:
    """Counts the queue's events of each build; read() often, since the stream is trimmed."""

    def __init__(self, fleet):
        self.fleet, self.last = fleet, "0-0"
        self.counts = collections.defaultdict(collections.Counter)

    def read(self):
        connection = self.fleet.redis.connect()
        while True:
            answer = connection.call("XREAD", "COUNT", 2000, "STREAMS", fleets.KEYS + "ev",
                                     self.last)
            if not answer:
                break
            for entry, flat in answer[0][1]:
                fields = resp.as_map(flat)
                self.counts[fields["s"]][fields["b"]] += 1
                self.last = entry
        connection.close()

    def count(self, state):
        self.read()
        return self.counts[state]
