"""The ways to build many variants that are compared: the factory, buildx bake, a loop of buildx build.

Each builds the same variants and leaves them as tagged images in the registry, of the same form: zstd,
and all files as old as the base. A contender has a catalog of its own, with the same work and other
names, so that none finds what another one built.
"""
import concurrent.futures
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import time

import stacks

BUILD_SECONDS = 900
# A second or so of one core, and 2 MB that do not compress.
WORK = ("dd if=/dev/zero bs=1M count={mib} 2>/dev/null | sha256sum >/dev/null; "
        "dd if=/dev/urandom of=/work-$NAME bs=1M count=2 2>/dev/null; ")
MIB = 200
# As the factory builds: the base's epoch, and no attestations by the builder.
ENVIRONMENT = {"SOURCE_DATE_EPOCH": "1735689600", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
# An engine of the docker driver rewrites times for an OCI directory alone, which is then pushed.
OUTPUT = "type=oci,dest={},tar=false,rewrite-timestamp=true,compression=zstd"
PUSHES = 4  # at a time; as many as the factory has slots


class Contender:
    """A fleet of `stacks` × `apps` variants, published and rendered, and built by none."""

    def __init__(self, hosts, directory, stack_count, app_count):
        self.hosts, self.directory = hosts, directory
        self.prefix = f"bench{secrets.token_hex(4)}"
        self.catalog = stacks.Stacks(directory / "catalog", self.prefix, hosts.counter.port,
                                     work=WORK.format(mib=MIB))
        self.stacks = [(self.catalog.module("security", f"sec-{number}"),
                        self.catalog.module("core", f"core-{number}"))
                       for number in range(stack_count)]
        self.apps = self.catalog.apps(app_count)
        self.names = self.catalog.variants(self.stacks, self.apps)
        self.layers = stack_count * (2 + app_count)
        self.prepare(self.names)

    def change_one_app(self):
        """The first variant gives way to one with another version of its app."""
        app = self.catalog.module("app", "app-0", "1.1.0", text="second")
        (fresh,) = self.catalog.variants(self.stacks[:1], [app], "-next")
        self.prepare([fresh])
        self.names = [fresh, *self.names[1:]]

    def prepare(self, names):
        self.hosts.publish(self.catalog)
        self.render(names)

    def render(self, names):
        pass

    def timed(self):
        """Builds all variants; seconds, and the RUNs that were executed for it."""
        before = self.hosts.counter.counts(self.prefix).total()
        started = time.monotonic()
        self.build()
        seconds = time.monotonic() - started
        return seconds, self.hosts.counter.counts(self.prefix).total() - before


class ByFactory(Contender):
    """lif build --wait of all variants."""
    name = "factory"

    def build(self):
        asked = [word for name in self.names for word in ("--manifest-id", name)]
        self.hosts.factory.lif("build", *asked, "--platform", stacks.AMD64, "--wait",
                               timeout=BUILD_SECONDS)

    def stage_seconds(self):
        """Kind of job and stage → sum over the records of all variants."""
        rows = self.hosts.factory.query(
            "SELECT kind || ' ' || key, sum(value::bigint) FROM records, jsonb_each_text(stages) "
            f"WHERE manifest_id LIKE '{self.prefix}-%' GROUP BY 1 ORDER BY 2 DESC")
        return {stage: int(micros) / 1e6 for stage, micros in rows}


class Rendered(Contender):
    """Builds what `lif render --output` writes, so the same Dockerfiles, on the first engine."""

    def render(self, names):
        for name in names:
            self.hosts.factory.lif("render", "--manifest-id", name, "--platform", stacks.AMD64,
                                   "--output", str(self.folder(name)))

    def folder(self, name):
        return self.directory / "rendered" / name

    def make_room(self, name):
        """An empty context, and no image of before."""
        (self.folder(name) / "empty").mkdir(exist_ok=True)
        shutil.rmtree(self.folder(name) / "image", ignore_errors=True)

    def output(self, name):
        return OUTPUT.format(self.folder(name) / "image")

    def push(self, name):
        self.run("skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests",
                 "--dest-tls-verify=false", f"oci:{self.folder(name) / 'image'}",
                 f"docker://{self.tag(name)}")

    def tag(self, name):
        return f"{self.hosts.factory.info['registry']}/by-hand:{name}"

    def run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=BUILD_SECONDS, env=os.environ | ENVIRONMENT)
        assert done.returncode == 0, done.stderr[-3000:]


class ByBake(Rendered):
    """One docker buildx bake of all variants, and the pushes."""
    name = "buildx bake"

    def build(self):
        self.bake()
        with concurrent.futures.ThreadPoolExecutor(PUSHES) as pool:
            list(pool.map(self.push, self.names))

    def bake(self):
        services = {name: {"image": self.tag(name), "build": {
            "context": str(self.folder(name) / "empty"),
            "dockerfile": str(self.folder(name) / "Dockerfile"), "target": "image",
            "platforms": [stacks.AMD64], "network": "host", "tags": [self.tag(name)],
            "x-bake": {"output": [self.output(name)]}}} for name in self.names}
        for name in self.names:
            self.make_room(name)
        # A Compose file, of which JSON is a form: older bakes know the network from there alone.
        file = self.directory / "compose.yaml"
        file.write_text(json.dumps({"services": services}))
        self.run("docker", "buildx", "bake", "--file", str(file), "--progress=plain")


class ByPlainBake(ByBake):
    """docker buildx bake --push, whose images are of another form: their files have the build's times."""
    name = "bake --push"

    def build(self):
        self.bake()

    def output(self, name):
        return "type=registry,compression=zstd"


class ByLoop(Rendered):
    """docker buildx build and push of one variant after the other."""
    name = "buildx build loop"

    def build(self):
        for name in self.names:
            self.make_room(name)
            self.run("docker", "buildx", "build", f"--platform={stacks.AMD64}", "--network=host",
                     "--target=image", f"--file={self.folder(name) / 'Dockerfile'}",
                     f"--output={self.output(name)}", str(self.folder(name) / "empty"))
            self.push(name)


@contextlib.contextmanager
def one_engine(hosts):
    """Only the engine that the peers use."""
    hosts.stop_executor("executor-2")
    try:
        yield
    finally:
        hosts.start_executor("executor-2")


def image_count(hosts, repository, prefix):
    """Tags of it that are there."""
    return len([tag for tag in hosts.registry.tags(repository) if tag.startswith(prefix)])

