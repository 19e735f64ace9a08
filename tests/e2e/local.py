"""Builds without a factory: a catalog in a directory, Docker, and nothing else."""
import json
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import tempfile

import factory as factories

HERE = pathlib.Path(__file__).parent
LIF = pathlib.Path(os.environ.get("LIF_BUILD", factories.ROOT / "build" / "dev")) / "bin" / "lif"
BUILD_SECONDS = 300
# Names a host that does not exist: the base is in the engine, and no registry is asked for it.
REGISTRY = "lif.local"


def make_base():
    """A busybox image in the engine, by digest; returns its digest."""
    with tempfile.TemporaryDirectory(prefix="lif-base-") as directory:
        work = pathlib.Path(directory)
        root = work / "root"
        for folder in ("bin", "etc", "root", "tmp", "var"):
            (root / folder).mkdir(parents=True)
        shutil.copy("/bin/busybox", root / "bin" / "busybox")
        applets = subprocess.run(["/bin/busybox", "--list"], capture_output=True, text=True,
                                 check=True).stdout.split()
        for applet in applets:
            if applet != "busybox":
                (root / "bin" / applet).symlink_to("busybox")
        (root / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
        # Of this run alone, so that removing it takes nothing from anyone else.
        (root / "etc" / "run").write_text(secrets.token_hex(8) + "\n")
        (root / "tmp").chmod(0o1777)
        run("tar", "-C", root, "--sort=name", "--owner=0", "--group=0", "-cf", work / "root.tar", ".")
        digest = run("/usr/bin/python3", "-B", factories.ROOT / "deploy" / "lib" / "oci_layout.py",
                     "amd64", work / "root.tar", work / "oci").strip()
        index = work / "oci" / "index.json"
        named = json.loads(index.read_text())
        named["manifests"][0]["annotations"] = {
            "io.containerd.image.name": f"{REGISTRY}/bases/busybox@{digest}"}
        index.write_text(json.dumps(named))
        run("tar", "-C", work / "oci", "-cf", work / "oci.tar", ".")
        run("docker", "load", "--input", work / "oci.tar")
    return digest


def scanner():
    """Path of the one that tests/run installed."""
    return run("bash", "-euc", f"source {factories.ROOT}/deploy/lib/scanner.sh; scanner_program").strip()


def run(*argv):
    return subprocess.run([str(word) for word in argv], check=True, capture_output=True, text=True,
                          timeout=120).stdout


class Author:
    """Somebody who writes modules: a catalog, a directory to work in, no factory."""

    def __init__(self, root, base):
        self.catalog = root / "catalog"
        self.temporary = root / "tmp"
        self.temporary.mkdir()
        self.nonce = secrets.token_hex(8)
        shutil.copytree(HERE / "catalog", self.catalog)
        self.edit("catalog.yaml", "nonce: none", f"nonce: {self.nonce}")
        self.edit("catalog.yaml", "registry.invalid/lif", REGISTRY)
        self.edit("bases/busybox.yaml", "bases/busybox:latest",
                  f"bases/busybox\n    digest: {base}")
        self.directory = root
        kept = {key: value for key, value in os.environ.items() if not key.startswith("LIF_")}
        # What a factory would be reached by leads nowhere: nothing may try.
        self.env = dict(kept, LIF_SERVER="127.0.0.1:1", LIF_REGISTRY="127.0.0.1:1/lif",
                        LIF_REDIS_URL="redis://127.0.0.1:1", TMPDIR=str(self.temporary))

    def edit(self, path, old, new):
        file = self.catalog / path
        text = file.read_text()
        assert old in text, f"{path} has no {old!r}"
        file.write_text(text.replace(old, new))

    def command(self, manifest_id, *more):
        return [LIF, "build", "--local", "--catalog", "catalog", "--manifest-id", manifest_id, *more]

    def build(self, manifest_id, *more, code=0, env=None):
        """All that was said, to either stream."""
        result = subprocess.run(self.command(manifest_id, *more), cwd=self.directory,
                                env=env or self.env, text=True, capture_output=True,
                                timeout=BUILD_SECONDS, check=False)
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout + result.stderr

    def build_json(self, manifest_id, code=0):
        result = subprocess.run(self.command(manifest_id, "--output", "json"), cwd=self.directory,
                                env=self.env, text=True, capture_output=True,
                                timeout=BUILD_SECONDS, check=False)
        assert result.returncode == code, result.stdout + result.stderr
        (build,) = json.loads(result.stdout)["builds"]
        return build

    def start(self, manifest_id):
        return subprocess.Popen(self.command(manifest_id), cwd=self.directory, env=self.env,
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def files(self, build):
        """The files of a build's directory, by name."""
        directory = self.directory / build["directory"]
        return {path.name: path.read_text() for path in directory.iterdir()}

    def builds(self):
        """IDs of the builds that left results."""
        state = self.directory / ".lif" / "local"
        return sorted(path.name for path in state.glob("*") if re.fullmatch("[0-9A-Z]{26}", path.name))

    def working_files(self):
        work = self.directory / ".lif" / "local" / "work"
        return sorted(str(path.relative_to(work)) for path in work.rglob("*")
                      if path.name not in ("lock", "jobs"))

    def running(self):
        """Command lines on this machine that carry the nonce: steps on the engine."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if f"{self.nonce} begins" in line:
                found.append(line)
        return found
