"""Jobs and edges put into the queue by its own functions, as a planner will, and what came of them."""
import collections
import dataclasses
import re

import client as clients
import fleet as fleets
import resp

CHUNK = 64
PIPELINED = 50
LIBRARY = re.compile(r"lif_queue_v(\d+)")


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


class Queue:
    """The functions that a control plane has loaded, on one connection of an administrator."""

    def __init__(self, fleet, timeout=60):
        self.connection = fleet.redis.connect(timeout=timeout)
        names = [dict(zip(library[::2], library[1::2]))["library_name"]
                 for library in self.connection.call("FUNCTION", "LIST")]
        self.version = max(int(LIBRARY.fullmatch(name).group(1)) for name in names)

    def command(self, function, *arguments):
        return ("FCALL", f"lif_v{self.version}_{function}", 1, fleets.KEYS, *arguments)

    def call(self, function, *arguments):
        """Raises resp.RedisError."""
        command = self.command(function, *arguments)
        return resp.answer_of(command[1], self.connection.call(*command))

    def submits(self, jobs, needs=(), tenant="default", priority=0):
        """Commands that submit the jobs, each in need of all of `needs`."""
        found = []
        for begin in range(0, len(jobs), CHUNK):
            chunk = jobs[begin:begin + CHUNK]
            arguments = [clients.new_ulid(), tenant, priority, 0, 0, 1, len(chunk)]
            for job in chunk:
                arguments += [job.job_id, "image", job.build_id, job.manifest_id,
                              clients.PLATFORM, job.pool, 3, "", len(needs), *needs]
            found.append(self.command("submit", *arguments))
        return found

    def submit(self, jobs, **more):
        """Answers build ID, disposition and a third for each job."""
        answers = []
        commands = self.submits(jobs, **more)
        for begin in range(0, len(commands), PIPELINED):
            part = commands[begin:begin + PIPELINED]
            for command, reply in zip(part, self.connection.pipeline(part)):
                answers += resp.answer_of(command[1], reply)
        return answers


class Worker(Queue):
    """An executor's calls without the executor: claims and completes."""

    def __init__(self, fleet, name="probe", pool="amd64", lease_ms=60000):
        super().__init__(fleet)
        self.name, self.pool, self.lease_ms = name, pool, lease_ms

    def claim(self):
        """The claimed job as a map, {} when there is none."""
        return resp.as_map(self.call("claim", self.name, self.pool, clients.new_ulid(),
                                     self.lease_ms))

    def complete(self, job, outcome="compatible"):
        assert self.call("complete", job["id"], job["tok"], outcome) == "OK"

    def tick(self, limit=100):
        return self.call("tick", limit, 3600000, 3600000)


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
                # "b", build, "s", state, "o", outcome; those of a call one after another.
                for build, state in zip(flat[1::6], flat[3::6]):
                    self.counts[state][build] += 1
                self.last = entry
        connection.close()

    def count(self, state):
        self.read()
        return self.counts[state]
