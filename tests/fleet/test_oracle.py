"""The oracle sees what it is for: a layer that was executed twice in one generation."""
import dataclasses
import secrets
import subprocess

import factory as factories
import layer_oracle as oracle
from stacks import AMD64


def test_it_sees_a_layer_that_was_built_again_by_hand(hosts, make_stacks, tmp_path):
    """The same Dockerfile, every RUN executed once more, and a record that says it is the same."""
    catalog = make_stacks("forged")
    (name,) = catalog.variants(catalog.three_stacks()[:1], catalog.apps(1))
    hosts.publish(catalog)
    hosts.build([name])
    honest = hosts.check_once(catalog.prefix)
    digest = build_by_hand(hosts, name, tmp_path / "context")
    record_as(hosts, name, digest)
    found = oracle.violations(hosts.look(catalog.prefix))
    cuts = {sighting.layer_key for sighting in honest if sighting.generation > 0}
    assert len(cuts) == 2
    for key in cuts:
        for what in ("uuid", "diff_id"):
            assert any(f"{key[:12]}.1 has 2 of {what}" in said for said in found), (key, found)
    # As many executions as UUIDs: these were not in vain, they were too many.
    assert hosts.counter.counts(catalog.prefix).total() == 6


def build_by_hand(hosts, name, folder):
    hosts.factory.lif("render", "--manifest-id", name, "--platform", AMD64, "--output", str(folder))
    subprocess.run(["sh", "build.sh", "--no-cache"], cwd=folder, check=True, capture_output=True,
                   env=hosts.factory.env, timeout=120)
    reference = f"{hosts.factory.info['registry']}/images:by-hand-{secrets.token_hex(3)}"
    subprocess.run(["skopeo", "copy", "--preserve-digests", "--dest-tls-verify=false",
                    f"oci:{folder}/image", f"docker://{reference}"], check=True,
                   capture_output=True, timeout=60)
    return hosts.registry.digest("images", reference.rsplit(":", 1)[1])


def record_as(hosts, name, digest):
    """A further generation of the record, on the same layers, with another image."""
    image = f"{hosts.factory.info['registry']}/images@{digest}"
    build_id = "01" + secrets.token_hex(12).upper()
    changed = {"build_id": f"'{build_id}'", "generation": "generation + 1", "image": f"'{image}'",
               "tags": "'{}'"}
    copy_rows(hosts, "records", changed, f"kind = 'image' AND manifest_id = '{name}'",
              "record_layers", {"build_id": f"'{build_id}'"},
              "build_id IN (SELECT build_id FROM records WHERE kind = 'image' "
              f"AND manifest_id = '{name}')")


def copy_rows(hosts, *copies):
    """INSERTs of changed copies, in one transaction: the parts of a record come with it."""
    statements = []
    for table, changed, where in zip(copies[::3], copies[1::3], copies[2::3]):
        columns = [row[0] for row in hosts.factory.query(
            "SELECT attname FROM pg_attribute WHERE attgenerated = '' AND attnum > 0 "
            f"AND NOT attisdropped AND attrelid = '{table}'::regclass")]
        values = ", ".join(changed.get(column, column) for column in columns)
        statements.append(f"INSERT INTO {table} ({', '.join(columns)}) "
                          f"SELECT {values} FROM {table} WHERE {where} "
                          f"AND build_id <> {changed['build_id']}")
    done = hosts.factory.sql("lif_executor", "BEGIN; " + "; ".join(statements) + "; COMMIT")
    assert done.returncode == 0, done.stderr


def test_words_of_its_verdict():
    first = oracle.Sighting("a" * 64, 1, "core", "u1", "d1", "b1", "images@1")
    own = dataclasses.replace(first, generation=0)
    assert oracle.violations([own, dataclasses.replace(own, uuid="u2", diff_id="d2")]) == []
    assert oracle.violations([first, dataclasses.replace(first, where="images@2")]) == []
    assert oracle.violations([first, dataclasses.replace(first, generation=2, uuid="u2",
                                                         diff_id="d2")]) == []
    (said,) = oracle.violations([first, dataclasses.replace(first, uuid="u2")])
    assert said.startswith("core aaaaaaaaaaaa.1 has 2 of uuid")
    (said,) = oracle.violations([first, dataclasses.replace(first, diff_id="d2")])
    assert "2 of diff_id" in said
    (said,) = oracle.violations([first, dataclasses.replace(first, layer_key="b" * 64)])
    assert said == "UUID u1 is in layers of 2 keys"
