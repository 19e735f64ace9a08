#!/usr/bin/env python3
"""Writes a large catalog that is pinned and has no problem: big_catalog.py DIR [MODULES MANIFESTS].

The same arguments write the same bytes. Every fourth app module has files, every manifest its own
argument; names are spread over the alphabet, so that lists and near matches have work.
"""
import hashlib
import pathlib
import sys

PLATFORMS = ("linux/amd64", "linux/arm64")
# Share of the modules that each slot below app gets.
SHARES = {"security": 0.01, "core": 0.04, "light": 0.15}
WORDS = ("amber", "basalt", "cedar", "delta", "ember", "fjord", "grove", "harbor", "iris", "juniper",
         "kestrel", "lagoon", "maple", "nimbus", "onyx", "pine", "quartz", "river", "slate", "tundra")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def name_of(slot, number):
    return f"{WORDS[number % len(WORDS)]}-{slot}-{number:04d}"


def write_base(directory):
    platforms = "".join(
        f"  {platform}:\n    image: registry.test/bases/debian\n"
        f"    digest: sha256:{hashlib.sha256(platform.encode()).hexdigest()}\n"
        for platform in PLATFORMS)
    write(directory / "bases/debian-12.yaml",
          f"name: debian-12\nepoch: 1767225600\nplatforms:\n{platforms}")


def write_template(directory):
    write(directory / "templates/service/1.0.0.yaml",
          "name: service\nversion: 1.0.0\nsummary: A service behind a port\nslots:\n"
          "  - {slot: security, required: true, stable: true}\n"
          "  - {slot: core, required: true, stable: true}\n"
          "  - {slot: light}\n"
          "  - {slot: app, required: true}\n"
          "config:\n  user: \"10001:10001\"\n  expose: [8080]\n  labels: {org.test.kind: service}\n")


def write_module(directory, slot, number):
    name = name_of(slot, number)
    folder = directory / "modules" / slot / name / "1.0.0"
    files = slot == "app" and number % 4 == 0
    # A conflict that no stack has: what is checked against every manifest.
    relation = f"conflicts:\n  {name_of('core', 0)}: ^2.0.0\n" if slot == "app" else ""
    write(folder / "module.yaml",
          f"name: {name}\nversion: 1.0.0\nslot: {slot}\n"
          f"summary: Module {number} of the slot {slot}, made for tests of scale\n"
          f"args:\n  PACKAGES: lib{name}-dev\n  PORT: 8080\n{relation}"
          f"tests:\n  - name: is-there\n    run: [test, -e, /opt/{name}/installed]\n"
          "    timeout: 10s\n")
    copy = f"COPY --from=module --chmod=0644 settings.conf /etc/{name}/\n" if files else ""
    write(folder / "fragment.Dockerfile",
          f"# What module {name} installs.\n"
          "RUN --mount=type=cache,target=/var/cache/apt \\\n"
          "    --mount=type=tmpfs,target=/var/log <<EOF\n"
          "set -eu\n"
          "apt-get -o APT::Update::Error-Mode=any update\n"
          "apt-get install -y --no-install-recommends $PACKAGES\n"
          f"mkdir -p /opt/{name}\ntouch /opt/{name}/installed\nEOF\n"
          f"{copy}ENV {name.upper().replace('-', '_')}_PORT=$PORT\n")
    if files:
        write(folder / "files/settings.conf", f"module = {name}\nport = 8080\n")


def write_manifest(directory, number, counts):
    def pick(slot, step):
        return f"{name_of(slot, (number * step) % counts[slot])}@1.0.0"
    name = f"{WORDS[number * 7 % len(WORDS)]}-{number:04d}"
    write(directory / "manifests" / f"{name}.yaml",
          f"id: {name}\nsummary: Service {number} of the large catalog\ntemplate: service@1.0.0\n"
          f"base: debian-12\nmodules:\n  security: [{pick('security', 1)}]\n"
          f"  core: [{pick('core', 1)}]\n  light: [{pick('light', 3)}]\n"
          f"  app:\n    - module: {pick('app', 1)}\n      args: {{PORT: {1024 + number}}}\n")


def make(directory, modules=2000, manifests=4000):
    """Returns the number of modules and of manifests that it wrote."""
    directory = pathlib.Path(directory)
    counts = {slot: max(1, int(modules * share)) for slot, share in SHARES.items()}
    counts["app"] = modules - sum(counts.values())
    write(directory / "catalog.yaml", "schema: 1\nname: big\n")
    write_base(directory)
    write_template(directory)
    for slot, count in counts.items():
        for number in range(count):
            write_module(directory, slot, number)
    for number in range(manifests):
        write_manifest(directory, number, counts)
    return sum(counts.values()), manifests


if __name__ == "__main__":
    make(sys.argv[1], *map(int, sys.argv[2:4]))
