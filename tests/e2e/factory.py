"""A private factory: servers, control plane and executors on free ports, with its own state."""
import contextlib
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tests" / "e2e" / "factory.sh"
START_SECONDS = 300
BUILD_SECONDS = 300


class Factory:
    """Starts with start(), ends with stop(); `info` is what `quickstart status --json` prints."""

    def __init__(self, executors=1, slots=2):
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="lif-e2e-"))
        # The database runs as another user and must reach its own folder below.
        self.state.chmod(0o711)
        self.env = dict(os.environ, LIF_STATE=str(self.state), LIF_EXECUTORS=str(executors),
                        LIF_SLOTS=str(slots), **cached_debian_base())
        self.build = pathlib.Path(os.environ.get("LIF_BUILD", ROOT / "build" / "release"))
        self.info = {}

    def start(self, what="up"):
        """`up` brings all of it up, `serve` only the control plane and its stores."""
        self.script(what)
        self.info = json.loads(self.script("json"))

    def stop(self):
        self.script("down")
        shutil.rmtree(self.state)

    def script(self, *arguments, **env):
        """Runs factory.sh, with more of an environment; a failure shows all that it said."""
        result = subprocess.run([SCRIPT, *arguments], env=self.env | env, text=True,
                                capture_output=True, timeout=START_SECONDS, check=False)
        assert result.returncode == 0, f"factory.sh {arguments}:\n{result.stdout}{result.stderr}"
        return result.stdout

    def binary(self, name):
        return self.build / "bin" / name

    def publish(self, catalog, *bases):
        self.script("publish", str(catalog), *bases)

    def lif(self, *arguments, code=0, timeout=BUILD_SECONDS):
        """Runs the client; its exit code must be `code`. Returns what it printed, as text."""
        result = self.try_lif(*arguments, timeout=timeout)
        assert result.returncode == code, (
            f"lif {' '.join(arguments)} ended with {result.returncode}, not {code}:\n"
            f"{result.stdout}{result.stderr}")
        return result.stdout

    def try_lif(self, *arguments, timeout=BUILD_SECONDS):
        return subprocess.run([self.state / "bin" / "lif", *arguments], env=self.env, text=True,
                              capture_output=True, timeout=timeout, check=False)

    def lif_json(self, *arguments, code=0):
        return json.loads(self.lif(*arguments, "--output", "json", code=code))

    def lif_json_any(self, *arguments):
        """As lif_json, whatever the exit code, which is the outcome's for some commands."""
        result = self.try_lif(*arguments, "--output", "json")
        assert result.stdout, result.stderr
        return json.loads(result.stdout)

    def start_build(self, manifest_id, *more):
        """A `lif build --wait` in the background; the caller waits for it."""
        return subprocess.Popen(
            [self.state / "bin" / "lif", "build", "--manifest-id", manifest_id,
             "--platform", "linux/amd64", "--wait", *more],
            env=self.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run_executor(self, *arguments):
        """An executor that is expected to end by itself, soon."""
        return subprocess.run([self.binary("lif-executor"), *arguments], env=self.env,
                              text=True, capture_output=True, timeout=60, check=False)

    def sql(self, role, statement):
        """psql as a role; returns the finished process, so that refusals can be looked at.

        A role's own setting makes its transactions read-only; whoever has its password can turn
        that off, as is done here, so that what is left are its rights.
        """
        return subprocess.run(
            ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", statement],
            env=dict(self.env, PGOPTIONS="-c default_transaction_read_only=off",
                     **libpq_environment(self.info["postgres"][role])),
            text=True, capture_output=True, timeout=30, check=False)

    def query(self, statement):
        """Rows of a SELECT, as lists of text, read as the executors read them."""
        result = self.sql("lif_executor", statement)
        assert result.returncode == 0, result.stderr
        return [line.split("|") for line in result.stdout.splitlines()]

    def pid(self, component):
        return int((self.state / "run" / f"{component}.pid").read_text().split()[0])

    def kill(self, component):
        """-9, as a crash would; start() of the same name brings it back."""
        os.kill(self.pid(component), signal.SIGKILL)

    def start_component(self, component):
        self.script("start", component)

    def log(self, component):
        return (self.state / "log" / f"{component}.log").read_text(errors="replace")

    def tag(self, manifest_id):
        return f"{self.info['registry']}/images:{manifest_id}-linux-amd64"


@contextlib.contextmanager
def running(what="up", **options):
    """A factory of Factory(**options), started with start(what), stopped whatever happens."""
    made = Factory(**options)
    try:
        made.start(what)
        yield made
    finally:
        made.stop()


def copy_catalog(source, destination):
    """A copy of a catalog with a nonce of its own, so that no earlier run has built its layers."""
    shutil.copytree(source, destination)
    settings = destination / "catalog.yaml"
    settings.write_text(re.sub("nonce: none", f"nonce: {secrets.token_hex(8)}",
                               settings.read_text()))
    return destination


def libpq_environment(dsn):
    names = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER",
             "password": "PGPASSWORD", "connect_timeout": "PGCONNECT_TIMEOUT"}
    return {names[key]: value for key, value in (part.split("=", 1) for part in dsn.split())}


def cached_debian_base():
    """The Debian root file system is made once for all test runs of this checkout."""
    for state in (ROOT / ".lif", ROOT / "build" / "test-state"):
        archive = state / "data" / "base" / "debian-12.tar"
        if archive.exists():
            return {"LIF_DEBIAN_BASE_TAR": str(archive.resolve())}
    return {}


def wait_until(condition, seconds, what):
    """Polls until `condition` holds and returns what it returned. `what`: a text or its maker."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def docker(*arguments, check=True):
    """The client that has buildx and the engine that the factory uses."""
    return subprocess.run(["docker", *arguments], text=True, capture_output=True, timeout=120,
                          check=check)
