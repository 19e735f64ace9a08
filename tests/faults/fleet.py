"""A factory of real processes without an engine: Redis, control planes, fast executors."""
import dataclasses
import os
import pathlib
import subprocess
import time

import client as clients
import factory as factories
import fast_catalog
import ledger as ledgers
import processes
import proxy as proxies
import redis_server
import resp

LEASE_SECONDS = 2.0
# The long forms of the rows, by hand.
LONG = bool(os.environ.get("LIF_FAULTS_LONG"))
KEYS = "lif:{lif}:"


class Stores:
    """A database that all fleets of a run share, and the passwords of their servers."""

    def __init__(self):
        self.factory = factories.Factory(executors=0)
        self.state = self.factory.state
        self.build = self.factory.build
        self.factory.script("stores")

    def stop(self):
        self.factory.stop()

    def secret(self, name):
        return (self.state / "secrets" / name).read_text().strip()

    def dsn(self, role):
        return (self.state / "etc" / f"{role}.dsn").read_text().strip()

    def redis_url(self, role, port):
        return f"redis://{role}:{self.secret('redis-' + role)}@127.0.0.1:{port}"

    def postgres(self, command):
        """start or stop."""
        self.factory.script(command, "postgres")

    def query(self, statement):
        """Rows of a SELECT as lists of text."""
        environment = factories.libpq_environment(self.dsn("lif_executor"))
        result = subprocess.run(
            ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-f", "-"], input=statement,
            env=dict(os.environ, **environment), text=True, capture_output=True, timeout=60,
            check=False)
        assert result.returncode == 0, result.stderr
        return [line.split("|") for line in result.stdout.splitlines()]


@dataclasses.dataclass(frozen=True)
class Execution:
    """A line of what the fast engines did; see tests/support/fast_engine.h."""
    what: str
    at: float  # seconds of CLOCK_MONOTONIC
    pid: int
    subject: str
    detail: str

    @property
    def token(self):
        return int(self.subject.rsplit("-", 1)[1])


class Fleet:
    """`prefix` begins all its manifest IDs: what is published stays, for all fleets of a run."""

    def __init__(self, stores, stubs, directory, prefix, redis=None):
        self.stores, self.stubs, self.prefix = stores, stubs, prefix
        self.directory = pathlib.Path(directory)
        self.engine = self.directory / "engine"
        (self.engine / "registry").mkdir(parents=True)
        (self.directory / "blobs").mkdir()
        self.redis = redis or redis_server.RedisServer(stores, self.directory / "redis")
        self.ledger = ledgers.Ledger(self.directory / "acknowledged")
        self.daemons = {}
        self.proxies = []
        self.clients = []
        self.address = None

    def stop(self):
        for connection in self.clients:
            connection.close()
        for daemon in self.daemons.values():
            daemon.kill()
        for opened in self.proxies:
            opened.close()
        self.redis.stop()

    # Processes.

    def proxy(self, target=None):
        opened = proxies.Proxy(target or self.redis.port, processes.free_port())
        self.proxies.append(opened)
        return opened

    def add_controlplane(self, name="controlplane", redis_port=None, **more):
        """Starts one more; the first is the one that clients and `lif` ask."""
        port = processes.free_port()
        daemon = self.add_daemon(name, ["lif-controlplane"], {
            "listen": f"127.0.0.1:{port}",
            "postgres-dsn": self.stores.dsn("lif_controlplane"),
            "redis-url": self.stores.redis_url("controlplane", redis_port or self.redis.port),
            **more})
        daemon.address = f"127.0.0.1:{port}"
        self.address = self.address or daemon.address
        daemon.start()
        self.await_answer(daemon.address)
        return daemon

    def add_executor(self, name="executor-1", redis_port=None, wait=True, env=None, **more):
        (self.directory / name).mkdir()
        daemon = self.add_daemon(name, ["lif-executor-fast", self.engine], {
            "executor-id": name,
            "postgres-dsn": self.stores.dsn("lif_executor"),
            "redis-url": self.stores.redis_url("executor", redis_port or self.redis.port),
            "registry": "registry.test:5000/lif", "pool": "amd64", "platform": "linux/amd64",
            "slots": 1, "state-dir": self.directory / name, "lease": f"{LEASE_SECONDS:g}s",
            "min-free-disk-mib": 0, **more}, env)
        daemon.start()
        if wait:
            self.await_executor(name)
        return daemon

    def add_executors(self, count, **more):
        """executor-1 and on, started beside each other."""
        made = [self.add_executor(f"executor-{number}", wait=False, **more)
                for number in range(1, count + 1)]
        for daemon in made:
            self.await_executor(daemon.name)
        return made

    def add_daemon(self, name, program, settings, env=None):
        config = self.directory / f"{name}.ini"
        settings = {"http-listen": "127.0.0.1:0", "blob-dir": self.directory / "blobs", **settings}
        config.touch(0o600)
        config.write_text("".join(f'{key}="{value}"\n' for key, value in settings.items()))
        argv = [self.stores.build / "bin" / program[0], *program[1:], "--config", config]
        daemon = processes.Daemon(name, argv, self.directory / f"{name}.log", env)
        self.daemons[name] = daemon
        return daemon

    def __getitem__(self, name):
        return self.daemons[name]

    def executor_of(self, pid):
        (found,) = [daemon for daemon in self.daemons.values()
                    if daemon.alive() and daemon.pid == pid]
        return found

    def await_answer(self, address, seconds=30):
        asked = clients.Client(self.stubs, address, self.ledger)
        request = self.stubs.fleet.ListPoolsRequest()
        try:
            asked.fleet.ListPools(request, timeout=seconds, wait_for_ready=True)
        finally:
            asked.close()

    def await_executor(self, name, seconds=30):
        """Until it has sent a heartbeat since now."""
        connection = self.redis.connect()
        before = float(connection.call("ZSCORE", KEYS + "exs", name) or 0)
        factories.wait_until(
            lambda: float(connection.call("ZSCORE", KEYS + "exs", name) or 0) > before, seconds,
            lambda: f"{name} sends heartbeats: {self[name].log()[-2000:]}")
        connection.close()

    # Catalog, client, stores.

    def publish(self, manifests):
        """`manifests`: ID without the prefix → what its build does; answers the whole IDs."""
        named = {f"{self.prefix}-{name}": do for name, do in manifests.items()}
        source = self.directory / "catalog"
        fast_catalog.write(source, named)
        self.lif("catalog", "publish", source)
        return list(named)

    def lif(self, *arguments, code=0):
        result = subprocess.run(
            [self.stores.build / "bin" / "lif", *arguments], text=True, capture_output=True,
            timeout=300, check=False,
            env=dict(os.environ, LIF_SERVER=self.address or "",
                     LIF_PUBLISHER_DSN=self.stores.dsn("lif_publisher"),
                     LIF_BLOB_DIR=str(self.directory / "blobs")))
        assert result.returncode == code, f"{arguments}: {result.stdout}{result.stderr}"
        return result.stdout

    def client(self, address=None):
        made = clients.Client(self.stubs, address or self.address, self.ledger)
        self.clients.append(made)
        return made

    def query(self, statement):
        return self.stores.query(statement)

    def executions(self, what=None, manifest=None):
        """What the engines did so far, in order."""
        try:
            lines = (self.engine / "executions").read_text().splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            kind, micros, pid, subject, detail = line.split(" ")
            if what in (None, kind) and manifest in (None, detail):
                found.append(Execution(kind, int(micros) / 1e6, int(pid), subject, detail))
        return found

    def await_execution(self, what, manifest=None, count=1, seconds=30):
        """The `count`-th of its kind; of any manifest, without one: jobs of one call have no order."""
        return factories.wait_until(
            lambda: (self.executions(what, manifest)[count - 1:] or [None])[0], seconds,
            lambda: f"{what} {count} of {manifest}:\n{self.explain([])}")

    def job(self, build_id):
        """The job's HASH in Redis, {} when there is none."""
        connection = self.redis.connect()
        try:
            job_id = connection.call("GET", f"{KEYS}bid:{build_id}")
            return resp.as_map(connection.call("HGETALL", f"{KEYS}job:{job_id}")) if job_id else {}
        finally:
            connection.close()

    def job_ids(self):
        connection = self.redis.connect()
        try:
            return [name[len(KEYS + "job:"):] for name in connection.call("KEYS", KEYS + "job:*")]
        finally:
            connection.close()

    # Verdicts.

    def busy(self):
        """Jobs that are not done, by state."""
        connection = self.redis.connect()
        try:
            counts = {}
            for pool in connection.call("SMEMBERS", KEYS + "pools"):
                for state, count in resp.as_map(
                        connection.call("HGETALL", f"{KEYS}cnt:{pool}")).items():
                    if state != "vt":  # a time, not a count
                        counts[state] = counts.get(state, 0) + int(count)
            return {state: count for state, count in counts.items() if count}
        finally:
            connection.close()

    def await_idle(self, seconds=ledgers.RECORD_SECONDS):
        """Until no job is left that is not done."""
        factories.wait_until(lambda: not self.busy(), seconds,
                             lambda: f"jobs left: {self.busy()}\n{self.explain([])}")

    def check_queue(self):
        """F0."""
        said = self.lif("doctor", "queue")
        assert "every invariant holds" in said, said

    def explain(self, build_ids):
        lines = []
        for build_id in build_ids:
            try:
                lines.append(f"{build_id}: {self.job(build_id)}")
            except (OSError, resp.RedisError) as error:
                lines.append(f"{build_id}: {error}")
        for name, daemon in self.daemons.items():
            lines.append(f"---- {name} ({'alive' if daemon.alive() else 'gone'})\n"
                         f"{daemon.log()[-1500:]}")
        return "\n".join(lines)


class Report:
    """What a row saw, beside what it aims at, for people and for docs/reliability.md."""

    def __init__(self, row):
        self.row = row

    def say(self, text):
        line = f"row {self.row}: {text}"
        print(line)
        if os.environ.get("LIF_FAULTS_REPORT"):
            with open(os.environ["LIF_FAULTS_REPORT"], "a", encoding="utf-8") as file:
                file.write(line + "\n")

    def time(self, what, seconds, aim):
        """Fails at five times the aim: a busy machine is no fault of the factory's."""
        self.say(f"{what}: {seconds:.3f} s (aim {aim:g} s)")
        assert seconds <= 5 * aim, f"{what} took {seconds:.3f} s, five times {aim:g} s is too long"


def monotonic():
    return time.clock_gettime(time.CLOCK_MONOTONIC)
