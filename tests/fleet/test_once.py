"""24 manifests, 3 stable stacks × 8 apps: cold, again, and after each kind of change."""
import collections
import types

import factory as factories
import pytest

APPS = 8


def expected_runs(manifests_of, fleet):
    """Module → executions, when each unique layer of the fleet is executed once."""
    layers = {layer for stack, app in manifests_of
              for layer in (stack[:1], stack, (*stack, app))}
    return collections.Counter(layer[-1].split("@")[0] for layer in layers)


def make(make_stacks, hosts, name):
    """A published catalog that nobody has built anything of."""
    catalog = make_stacks(name)
    stacks, apps = catalog.three_stacks(), catalog.apps(APPS)
    names = catalog.variants(stacks, apps)
    hosts.publish(catalog)
    assert len(names) == 24
    runs = expected_runs([(stack, app) for stack in stacks for app in apps], catalog)
    # 2 security, 3 core and 24 app layers; two stacks have one core module on different ones below.
    assert runs.total() == 29 and len(runs) == 2 + 2 + APPS
    return types.SimpleNamespace(catalog=catalog, prefix=catalog.prefix, stacks=stacks, apps=apps,
                                 names=names, runs=runs)


@pytest.fixture(scope="module")
def raced(hosts, make_stacks):
    """All at once, by four clients that ask two control planes, cold."""
    fleet = make(make_stacks, hosts, "raced")
    fleet.answers = hosts.race(fleet.names)
    outcomes = hosts.await_outcomes(fleet.answers[0])
    assert outcomes == dict.fromkeys(fleet.names, "compatible"), hosts.explain()
    return fleet


def executed_since(hosts, fleet, before):
    return hosts.counter.counts(fleet.prefix) - before


def test_one_by_one_cold(hosts, make_stacks):
    fleet = make(make_stacks, hosts, "single")
    answers = [hosts.submit([name], replica=number % 2)[0]
               for number, name in enumerate(fleet.names)]
    assert hosts.await_outcomes(answers) == dict.fromkeys(fleet.names, "compatible")
    check_cold(hosts, fleet)


def test_all_at_once_cold(hosts, raced):
    check_cold(hosts, raced)
    builds = [sorted((answer.manifest_id, answer.build_id) for answer in answers)
              for answers in raced.answers]
    assert builds == [builds[0]] * 4, "the clients met in one build a manifest"
    records = raced_records(hosts, raced)
    assert len(records) == 24 and {row[1] for row in records} == {"1"}


def raced_records(hosts, fleet):
    return hosts.factory.query("SELECT manifest_id, count(*) FROM records WHERE kind = 'image' "
                               f"AND manifest_id LIKE '{fleet.prefix}-%' GROUP BY 1")


def check_cold(hosts, fleet):
    """Each unique layer was executed once, and those that are shared are in the ledger once."""
    assert hosts.counter.counts(fleet.prefix) == fleet.runs
    seen = hosts.check_once(fleet.prefix)
    assert len({sighting.uuid for sighting in seen}) == fleet.runs.total()
    cuts = [(key, generation) for key, generation, *_ in hosts.layers(fleet.prefix)]
    assert len(cuts) == len(set(cuts)) == 2 + 3
    assert {generation for _, generation in cuts} == {1}


def test_both_hosts_took_part(hosts, raced):
    rows = hosts.factory.query("SELECT DISTINCT executor FROM records "
                               f"WHERE manifest_id LIKE '{raced.prefix}-%'")
    assert sorted(rows) == [["executor-1"], ["executor-2"]]


def test_blobs_below_are_shared(hosts, raced):
    """The registry holds one blob a layer, whichever images show it, and none besides."""
    seen = hosts.look(raced.prefix)
    blobs = {(sighting.layer_key, sighting.blob) for sighting in seen}
    assert len(blobs) == len({blob for _, blob in blobs}) == raced.runs.total()
    # 24 images show three layers each; a layer's own image shows it and what is below.
    assert len(seen) == 24 * 3 + 2 * 1 + 3 * 2


def test_again_is_answered_from_records(hosts, raced):
    before = hosts.counter.counts(raced.prefix)
    jobs = len(raced_builds(hosts, raced))
    answers = hosts.submit(raced.names)
    assert hosts.dispositions(answers) == ["reused"] * 24
    assert {answer.build_id for answer in answers} == {
        answer.build_id for answer in raced.answers[0]}
    assert executed_since(hosts, raced, before) == {}
    assert len(raced_builds(hosts, raced)) == jobs


def raced_builds(hosts, fleet):
    return hosts.factory.query(
        f"SELECT build_id FROM records WHERE manifest_id LIKE '{fleet.prefix}-%'")


def change(hosts, fleet, suffix, stacks, apps):
    """Publishes and builds the variants; answers what was executed for it."""
    names = fleet.catalog.variants(stacks, apps, suffix)
    hosts.publish(fleet.catalog)
    before = hosts.counter.counts(fleet.prefix)
    hosts.build(names)
    hosts.check_once(fleet.prefix)
    return dict(executed_since(hosts, fleet, before))


def names_of(references):
    return dict.fromkeys((reference.split("@")[0] for reference in references), 1)


def test_an_app_changed(hosts, raced):
    app = raced.catalog.module("app", "app-0", "1.1.0", text="second")
    executed = change(hosts, raced, "-app", raced.stacks[:1], [app])
    assert executed == names_of([app])


def test_a_core_module_changed(hosts, raced):
    core = raced.catalog.module("core", "core-a", "1.1.0", text="second")
    executed = change(hosts, raced, "-core", [(raced.stacks[0][0], core)], raced.apps[:4])
    assert executed == names_of([core, *raced.apps[:4]])


def test_a_security_module_changed(hosts, raced):
    security = raced.catalog.module("security", "sec-a", "1.1.0", text="second")
    stacks = [(security, core) for _, core in raced.stacks[:2]]
    executed = change(hosts, raced, "-sec", stacks, raced.apps[:2])
    cores = [core for _, core in stacks]
    assert executed == names_of([security, *cores]) | dict.fromkeys(
        (app.split("@")[0] for app in raced.apps[:2]), 2)


@pytest.mark.parametrize("slot,name", [("security", "sec-b"), ("core", "core-b"), ("app", "app-1")])
def test_only_a_test_changed(hosts, raced, slot, name):
    """No layer is executed, and the tests run again, the new one among them.

    The app's layer was the own one of the image job that built it, so that no ledger has it: the
    cache under its key does.
    """
    fresh = raced.catalog.module(slot, name, "1.2.0", test="tested-anew")
    security, core = raced.stacks[2]
    app = raced.apps[1]
    if slot == "security":
        security = fresh
    elif slot == "core":
        core = fresh
    else:
        app = fresh
    executed = change(hosts, raced, f"-test-{slot}", [(security, core)], [app])
    assert executed == {}
    rows = hosts.factory.query(
        "SELECT t.name, t.passed FROM tests t JOIN records r USING (build_id) "
        f"WHERE r.manifest_id = '{raced.prefix}-s0-app-1-test-{slot}' ORDER BY t.position")
    assert sorted(row[0] for row in rows) == ["has-its-layer", "has-its-layer", "tested-anew"]
    assert {row[1] for row in rows} == {"t"}


def test_a_rerun_executes_no_layer(hosts, raced):
    before = hosts.counter.counts(raced.prefix)
    hosts.build(raced.names[:1], rerun="ALWAYS")
    assert executed_since(hosts, raced, before) == {}
    image = factories.docker("buildx", "imagetools", "inspect",
                             hosts.factory.tag(raced.names[0]))
    ((recorded,),) = hosts.factory.query(
        "SELECT image FROM records WHERE kind = 'image' "
        f"AND manifest_id = '{raced.names[0]}' ORDER BY generation DESC LIMIT 1")
    assert recorded.split("@")[1] in image.stdout
