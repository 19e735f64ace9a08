"""An executor that dies while it builds a shared layer; a layer that is gone from the registry."""
import contextlib

import factory as factories
import pytest

CRASH_SECONDS = 90


@contextlib.contextmanager
def without(hosts, *executors):
    for name in executors:
        hosts.stop_executor(name)
    try:
        yield
    finally:
        for name in executors:
            hosts.start_executor(name)


def test_an_executor_is_killed_while_it_builds_a_shared_layer(hosts, make_stacks):
    catalog = make_stacks("killed")
    stack, apps = catalog.three_stacks()[0], catalog.apps(4)
    names = catalog.variants([stack], apps)
    hosts.publish(catalog)
    core = f"{catalog.prefix}-core-a"
    hosts.counter.hold(core)
    answers = hosts.submit(names)
    hosts.counter.await_runs(core, 1, CRASH_SECONDS)
    (victim,) = factories.wait_until(hosts.running_layers, 20, "a layer is being built")
    hosts.factory.kill(victim)
    try:
        # The other host takes it over when the lease has run out, and gets its answer.
        hosts.counter.await_runs(core, 2, CRASH_SECONDS)
        hosts.counter.release(core)
        assert hosts.await_outcomes(answers) == dict.fromkeys(names, "compatible"), hosts.explain()
    finally:
        hosts.counter.release(core)
        hosts.start_executor(victim)
    once = dict.fromkeys([f"{catalog.prefix}-sec-a", *(app.split("@")[0] for app in apps)], 1)
    assert hosts.counter.counts(catalog.prefix) == once | {core: 2}
    hosts.check_once(catalog.prefix, in_vain=1)
    assert {generation for _, generation, *_ in hosts.layers(catalog.prefix)} == {1}


@pytest.fixture(scope="module")
def ledgered(hosts, make_stacks):
    """A stack whose layers are in the ledger, and apps of which only the first is built."""
    catalog = make_stacks("lost")
    stack, apps = catalog.three_stacks()[0], catalog.apps(5)
    catalog.names = catalog.variants([stack], apps)
    hosts.publish(catalog)
    hosts.build(catalog.names[:1])
    return catalog


def newest_core(hosts, catalog):
    """Its generation and the digest of its image."""
    rows = [row for row in hosts.layers(catalog.prefix) if row[2] == f"{catalog.prefix}-core-a"]
    key, generation, _, _, digest = max(rows, key=lambda row: row[1])
    return key, generation, digest


def manifest_deleted(hosts, digest):
    hosts.registry.delete_manifest("layers", digest)


def blob_deleted(hosts, digest):
    """The core module's own blob; the manifest still names it."""
    hosts.registry.delete_blob("layers", hosts.registry.manifest("layers", digest)
                               ["layers"][-1]["digest"])


@pytest.mark.parametrize("number,delete", [(1, manifest_deleted), (3, blob_deleted)])
def test_a_layer_is_lost_between_plan_and_claim(hosts, ledgered, number, delete):
    """Only the second host takes part: neither its engine nor a cache remembers what is to be built."""
    names = ledgered.names[number:number + 2]
    core = f"{ledgered.prefix}-core-a"
    before = hosts.counter.counts(ledgered.prefix)
    key, generation, digest = newest_core(hosts, ledgered)
    with without(hosts, "executor-1"):
        with without(hosts, "executor-2"):
            answers = hosts.submit(names)
            assert hosts.dispositions(answers) == ["queued"] * 2
            delete(hosts, digest)
            hosts.registry.delete_manifest("cache", hosts.registry.digest(
                "cache", f"linux-amd64-{core}"))
            hosts.engine.forget_builds()
        assert hosts.await_outcomes(answers) == dict.fromkeys(names, "compatible"), hosts.explain()
    executed = hosts.counter.counts(ledgered.prefix) - before
    apps = [f"{ledgered.prefix}-app-{number + more}" for more in range(2)]
    assert executed == dict.fromkeys([core, *apps], 1), hosts.explain()
    assert newest_core(hosts, ledgered)[:2] == (key, generation + 1)
    rows = hosts.factory.query(
        "SELECT DISTINCT l.layer_generation FROM record_layers l JOIN records r USING (build_id) "
        f"WHERE l.layer_key = '{key}' AND r.manifest_id IN ('{names[0]}', '{names[1]}')")
    assert rows == [[str(generation + 1)]]


def test_who_asks_next_stands_on_the_newest(hosts, ledgered):
    before = hosts.counter.counts(ledgered.prefix)
    key, generation, _ = newest_core(hosts, ledgered)
    hosts.build(ledgered.names[-1:], rerun="ALWAYS")
    executed = hosts.counter.counts(ledgered.prefix) - before
    assert not executed.keys() & {f"{ledgered.prefix}-core-a", f"{ledgered.prefix}-sec-a"}
    assert newest_core(hosts, ledgered)[:2] == (key, generation)
