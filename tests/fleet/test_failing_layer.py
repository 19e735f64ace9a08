"""A shared layer fails: whoever stands on it is recorded with the cause, and mended by one build of it."""
import types

import pytest

APPS = 4


@pytest.fixture(scope="module")
def failed(hosts, make_stacks):
    """Two stacks; the core module of the first fails."""
    catalog = make_stacks("fails")
    stacks, apps = catalog.three_stacks(), catalog.apps(APPS)
    dependants = catalog.variants(stacks[:1], apps)
    (beside,) = catalog.variants([stacks[1]], apps[:1], "-beside")
    hosts.publish(catalog)
    core = f"{catalog.prefix}-core-a"
    hosts.counter.fail(core)
    answers = hosts.submit([*dependants, beside])
    outcomes = hosts.await_outcomes(answers)
    return types.SimpleNamespace(catalog=catalog, prefix=catalog.prefix, core=core, apps=apps,
                                 dependants=dependants, beside=beside, outcomes=outcomes,
                                 runs=hosts.counter.counts(catalog.prefix))


def test_every_dependant_is_recorded_as_failed(hosts, failed):
    assert failed.outcomes == dict.fromkeys(failed.dependants, "failed") | {
        failed.beside: "compatible"}
    rows = hosts.factory.query(
        "SELECT manifest_id, outcome, failure_module, cause_build_id FROM records WHERE kind = 'image' "
        f"AND manifest_id LIKE '{failed.prefix}-%' AND outcome <> 'compatible' ORDER BY 1")
    assert [row[:2] for row in rows] == [[name, "failed"] for name in sorted(failed.dependants)]
    causes = {row[3] for row in rows}
    assert len(causes) == 1 and "" not in causes, rows


def test_the_cause_is_executed_once_and_nothing_above_it(failed):
    expected = {f"{failed.prefix}-sec-a": 1, failed.core: 1, f"{failed.prefix}-core-b": 1,
                failed.apps[0].split("@")[0]: 1}
    assert failed.runs == expected


def test_the_cause_can_be_looked_at(hosts, failed):
    ((cause,),) = hosts.factory.query(
        "SELECT DISTINCT cause_build_id FROM records WHERE cause_build_id <> '' "
        f"AND manifest_id LIKE '{failed.prefix}-%'")
    status = hosts.factory.lif_json_any("status", cause)
    assert status["state"] == "done" and status["outcome"] == "failed", status
    assert status["failure"]["module"] == f"{failed.core}@1.0.0", status
    assert "wget" in hosts.factory.lif("logs", cause)
    shown = hosts.factory.try_lif("status", hosts.factory.query(
        "SELECT build_id FROM records WHERE kind = 'image' "
        f"AND manifest_id = '{failed.dependants[0]}'")[0][0])
    assert cause in shown.stdout, shown.stdout


def test_after_the_fix_only_that_is_built(hosts, failed):
    hosts.counter.mend(failed.core)
    before = hosts.counter.counts(failed.prefix)
    answers = hosts.submit([*failed.dependants, failed.beside])
    assert hosts.dispositions(answers) == ["queued"] * APPS + ["reused"]
    outcomes = hosts.await_outcomes(answers)
    assert outcomes == dict.fromkeys([*failed.dependants, failed.beside], "compatible")
    executed = hosts.counter.counts(failed.prefix) - before
    assert executed == dict.fromkeys([failed.core, *(app.split("@")[0] for app in failed.apps)], 1)
    hosts.check_once(failed.prefix, in_vain=1)
