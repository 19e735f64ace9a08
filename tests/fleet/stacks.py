"""Catalogs of variants: stable stacks × apps, where each module is one RUN that writes a random UUID.

A layer that was executed twice therefore shows two UUIDs, whatever its digest is said to be.
"""
import pathlib

TEMPLATE = """\
name: {prefix}
version: 1.0.0
summary: Two stable slots and an app
slots:
  - {{slot: security, required: true, stable: true}}
  - {{slot: core, required: true, stable: true}}
  - {{slot: app, required: true}}
config:
  user: "1000:1000"
"""
MODULE = """\
name: {name}
version: {version}
slot: {slot}
summary: Writes a UUID, {summary}
args:
  NAME: {name}
  TEXT: {text}
  PORT: {port}
tests:
  - name: {test}
    run: [sh, -c, '{command}']
    timeout: 60s
"""
FRAGMENT = """\
RUN set -eu; \\
    read -r id < /proc/sys/kernel/random/uuid; \\
    wget -q -Y off -O /dev/null "http://127.0.0.1:$PORT/$NAME/$(uname -m)/$id"; \\
    {work}mkdir -p /layers; \\
    echo "$id $TEXT" > "/layers/$NAME"
"""
MANIFEST = """\
id: {name}
summary: One of many
template: {prefix}@1.0.0
base: busybox
modules:
  security: [{security}]
  core: [{core}]
  app: [{app}]
"""
BASE = """\
name: busybox
epoch: 1735689600
platforms:
{platforms}"""
PLATFORM = "  {platform}:\n    image: ${{{{ registry }}}}/bases/busybox:latest\n"
AMD64, ARM64 = "linux/amd64", "linux/arm64"


class Stacks:
    """Writes a catalog below `directory`. `prefix` begins the name of all that is in it.

    `work` is shell text that each RUN does besides, ending in "; ".
    """

    def __init__(self, directory, prefix, port, platforms=(AMD64,), work=""):
        self.directory, self.prefix, self.port, self.work = (
            pathlib.Path(directory), prefix, port, work)
        base = "".join(PLATFORM.format(platform=platform) for platform in platforms)
        self.write("catalog.yaml",
                   "schema: 1\nname: fleet\nvariables:\n  registry: registry.invalid/lif\n")
        self.write("bases/busybox.yaml", BASE.format(platforms=base))
        self.write(f"templates/{prefix}/1.0.0.yaml", TEMPLATE.format(prefix=prefix))

    def write(self, path, text):
        path = self.directory / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def module(self, slot, name, version="1.0.0", text="first", test="has-its-layer",
               command=None):
        """A version of a module; another `text` is another layer. Answers name@version."""
        full = f"{self.prefix}-{name}"
        folder = f"modules/{slot}/{full}/{version}"
        self.write(f"{folder}/module.yaml", MODULE.format(
            name=full, version=version, slot=slot, summary=text, text=text, port=self.port,
            test=test, command=command or f"test -s /layers/{full}"))
        self.write(f"{folder}/fragment.Dockerfile", FRAGMENT.format(work=self.work))
        return f"{full}@{version}"

    def manifest(self, name, security, core, app):
        """Answers its ID."""
        full = f"{self.prefix}-{name}"
        self.write(f"manifests/{full}.yaml", MANIFEST.format(
            name=full, prefix=self.prefix, security=security, core=core, app=app))
        return full

    def variants(self, stacks, apps, suffix=""):
        """A manifest for each (security, core) of `stacks` with each of `apps`; their IDs."""
        return [self.manifest(f"s{number}-{app.split('@')[0].removeprefix(self.prefix + '-')}"
                              f"{suffix}", security, core, app)
                for number, (security, core) in enumerate(stacks) for app in apps]

    def three_stacks(self):
        """Two of them share their security layer, two a core module on different ones."""
        lower = [self.module("security", f"sec-{name}") for name in "ab"]
        core = [self.module("core", f"core-{name}") for name in "ab"]
        return [(lower[0], core[0]), (lower[0], core[1]), (lower[1], core[1])]

    def apps(self, count):
        return [self.module("app", f"app-{number}") for number in range(count)]
