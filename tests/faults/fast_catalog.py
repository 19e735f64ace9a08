"""Catalogs of manifests that lif-executor-fast builds: one app module, told what to do."""
import pathlib
import shutil

BASE = """\
name: nothing
epoch: 1735689600
platforms:
  linux/amd64:
    image: registry.test/bases/nothing
    digest: sha256:{digest}
"""
TEMPLATE = """\
name: fast
version: 1.0.0
summary: One slot
slots:
  - {slot: app, required: true}
config:
  user: "1000:1000"
"""
MODULE = """\
name: fast
version: 1.0.0
slot: app
summary: Does what it is told; see tests/support/fast_engine.h
platforms: [linux/amd64]
args:
  NAME: none  # keeps each manifest's layer its own, or several would share a job
  NUMBER: 0
  DO: sleep-0
"""
FRAGMENT = 'RUN echo "$NAME" "$NUMBER" "$DO"\n'
MANIFEST = """\
id: {name}
summary: One of many
template: fast@1.0.0
base: nothing
platforms: [linux/amd64]
modules:
  app:
    - module: fast@1.0.0
      args: {{NAME: {name}, NUMBER: {number}, DO: {do}}}
"""


def write(directory, manifests):
    """`manifests`: ID → what its build does; those of a write before are gone."""
    directory = pathlib.Path(directory)
    shutil.rmtree(directory / "manifests", ignore_errors=True)  # a catalog holds 4,096
    files = {
        "catalog.yaml": "schema: 1\nname: faults\n",
        "bases/nothing.yaml": BASE.format(digest="0" * 64),
        "templates/fast/1.0.0.yaml": TEMPLATE,
        "modules/app/fast/1.0.0/module.yaml": MODULE,
        "modules/app/fast/1.0.0/fragment.Dockerfile": FRAGMENT,
    }
    for number, (name, do) in enumerate(manifests.items()):
        files[f"manifests/{name}.yaml"] = MANIFEST.format(name=name, number=number, do=do)
    for path, text in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text)
