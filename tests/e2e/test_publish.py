"""A publish is whole or not at all."""
import shutil
import signal
import subprocess
import time

import factory as factories
import pytest

TABLES = ("bases", "modules", "templates", "manifests")


@pytest.fixture
def second_catalog(big_catalog, tmp_path):
    """All of the published catalog, with three modules and manifests that are new."""
    copy = tmp_path / "catalog"
    shutil.copytree(big_catalog, copy)
    for number in range(3):
        module = copy / "modules/app" / f"new-{number}" / "1.0.0"
        module.mkdir(parents=True)
        (module / "module.yaml").write_text(
            f"name: new-{number}\nversion: 1.0.0\nslot: app\nsummary: New\n")
        (module / "fragment.Dockerfile").write_text("RUN echo new\n")
        text = (copy / "manifests/amber-0000.yaml").read_text().split("  app:")[0]
        text = text.replace("id: amber-0000", f"id: new-{number}")
        (copy / f"manifests/new-{number}.yaml").write_text(f"{text}  app: [new-{number}@1.0.0]\n")
    return copy


def counts(served):
    return [served.query(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]


def test_one_bad_file_among_many_publishes_nothing(served, second_catalog):
    before = counts(served)
    (second_catalog / "modules/app/new-1/1.0.0/fragment.Dockerfile").write_bytes(b"RUN \xff\n")
    result = served.try_lif("catalog", "publish", str(second_catalog))
    assert result.returncode == 1
    assert ("modules/app/new-1/1.0.0/fragment.Dockerfile:1: line: is not UTF-8; write plain UTF-8 "
            "with line feeds and ordinary spaces") in result.stdout + result.stderr
    assert counts(served) == before


def test_an_edited_module_is_refused_with_what_to_do(served, second_catalog):
    before = counts(served)
    edited = next((second_catalog / "modules/light").iterdir()) / "1.0.0"
    with (edited / "fragment.Dockerfile").open("a") as fragment:
        fragment.write("RUN echo edited\n")
    result = served.try_lif("catalog", "publish", str(second_catalog))
    assert result.returncode == 1
    name = edited.parent.name
    assert (f"module {name}@1.0.0 is published with other content; undo the change here and write "
            "it as the next version, in modules/<slot>/<name>/<version>; new manifests may then "
            "name that") in result.stderr, result.stderr
    assert counts(served) == before


def test_a_publisher_that_is_killed_in_its_transaction_leaves_nothing(served, second_catalog):
    before = counts(served)
    holder = hold_manifests(served)
    try:
        publisher = subprocess.Popen(
            [served.state / "bin" / "lif", "catalog", "publish", str(second_catalog)],
            env=served.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        factories.wait_until(lambda: served.query(waiting)[0][0] != "0", 60, "the publish waits")
        # The modules are inserted by now, in a transaction that nobody else sees.
        publisher.send_signal(signal.SIGKILL)
        publisher.wait(timeout=30)
    finally:
        holder.kill()
        holder.wait()
    # The server notices the dead client when it goes on with its statement.
    factories.wait_until(lambda: served.query(waiting)[0][0] == "0", 60, "the locks are gone")
    time.sleep(0.5)
    assert counts(served) == before
    assert served.lif_json("catalog", "publish", str(second_catalog))["published"] == 6


def hold_manifests(served):
    """A session that keeps everyone from inserting manifests until it is killed."""
    holder = subprocess.Popen(
        ["psql", "-X", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=dict(served.env, PGOPTIONS="-c default_transaction_read_only=off",
                 **factories.libpq_environment(served.info["postgres"]["lif_owner"])))
    holder.stdin.write("BEGIN; LOCK TABLE manifests IN SHARE MODE; SELECT 'held';\n")
    holder.stdin.flush()
    for line in holder.stdout:
        if "held" in line:
            return holder
    raise AssertionError("the lock was not taken")
