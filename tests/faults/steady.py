"""A catalog of many small images, and a client that submits them and remembers what it was told.

The memory is the oracle of the fault tests: it lies outside of every store that they break.
"""
import dataclasses
import json
import pathlib
import subprocess
import threading
import time

import factory as factories

E2E = pathlib.Path(__file__).resolve().parents[1] / "e2e"
MODULE = """\
name: steady
version: 1.0.0
slot: app
summary: A small image whose build takes a moment
platforms: [linux/amd64]
args:
  NUMBER: 0
  SECONDS: 1
tests:
  - name: knows-its-number
    run: [grep, -q, '[0-9]', /etc/number]
"""
FRAGMENT = 'RUN echo "${{ nonce }} $NUMBER" > /etc/number && sleep "$SECONDS"\n'
MANIFEST = """\
id: {name}
summary: One of many
template: tiny@1.0.0
base: busybox
platforms: [linux/amd64]
modules:
  security:
    - notice@1.0.0
  core:
    - settings@1.0.0
  app:
    - module: steady@1.0.0
      args: {{NUMBER: {number}, SECONDS: {seconds}}}
"""


def write_catalog(directory, prefix, count, seconds=1):
    """The end-to-end tests' catalog with manifests prefix-0 … beside its own; their IDs."""
    factories.copy_catalog(E2E / "catalog", directory)
    module = directory / "modules" / "app" / "steady" / "1.0.0"
    module.mkdir(parents=True)
    (module / "module.yaml").write_text(MODULE)
    (module / "fragment.Dockerfile").write_text(FRAGMENT)
    return add_manifests(directory, prefix, count, seconds)


def add_manifests(directory, prefix, count, seconds=1):
    """Manifests prefix-0 … in a catalog of write_catalog; their IDs."""
    names = [f"{prefix}-{number}" for number in range(count)]
    for number, name in enumerate(names):
        (directory / "manifests" / f"{name}.yaml").write_text(
            MANIFEST.format(name=name, number=number, seconds=seconds))
    return names


@dataclasses.dataclass
class Answer:
    """What one submit was told, and when (seconds of time.monotonic)."""
    manifest_id: str
    code: int
    said: str
    build_id: str
    asked: float
    answered: float


class Load:
    """Submits `names` one after the other, every `pause` seconds, until stopped.

    A submit that was refused is made again at its turn's end, as a user would.
    """

    def __init__(self, submit, names, pause):
        self.submit, self.names, self.pause = submit, list(names), pause
        self.answers = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.stop()

    def stop(self):
        self.stopping.set()
        self.thread.join()

    def run(self):
        while self.names and not self.stopping.is_set():
            name = self.names.pop(0)
            answer = self.ask(name)
            self.answers.append(answer)
            if answer.code != 0:
                self.names.append(name)
            self.stopping.wait(self.pause)

    def ask(self, name):
        asked = time.monotonic()
        done = self.submit(name)
        build_id = ""
        if done.returncode == 0:
            build_id = json.loads(done.stdout)["builds"][0]["build_id"]
        return Answer(name, done.returncode, done.stdout + done.stderr, build_id, asked,
                      time.monotonic())

    def accepted(self):
        return [answer for answer in self.answers if answer.code == 0]

    def refused(self):
        return [answer for answer in self.answers if answer.code != 0]


def run_client(factory, servers, *arguments, timeout=60):
    """The client without the factory's wrapper, which knows one server only."""
    return subprocess.run(
        [factory.binary("lif"), *arguments], text=True, capture_output=True, timeout=timeout,
        env=factory.env | {"LIF_SERVER": ",".join(servers)}, check=False)


def submit_to(factory, servers):
    """For Load: a submit that waits for no build."""
    return lambda name: run_client(factory, servers, "build", "--manifest-id", name, "--platform",
                                   "linux/amd64", "--output", "json")
