"""Looking ahead: plan, prewarm, impact and diff of the command line."""
import json

PLATFORM = ("--platform", "linux/amd64")


def answer(factory, *command):
    return json.loads(factory.lif(*command, "--output", "json"))


def modules_of(factory, manifest_id):
    shown = answer(factory, "catalog", "show", "--manifest-id", manifest_id)
    return [f"{part['module']['name']}@{part['module']['version']}" for part in shown["stack"]]


def test_a_plan_has_every_layer_and_queues_nothing(factory):
    before = factory.query("SELECT count(*) FROM records")
    plan = answer(factory, "plan", "--manifest-id", "tiny-api", *PLATFORM, "--rerun", "always")
    (build,) = plan["builds"]
    assert [layer["module"] for layer in build["layers"]] == modules_of(factory, "tiny-api")
    assert plan["builds_queued"] == 1
    assert sum(plan[f"layers_{use}"] for use in ("reused", "joined", "built")) == \
        len(build["layers"])
    assert factory.query("SELECT count(*) FROM records") == before


def test_a_plan_of_the_whole_catalog_tells_its_totals(factory):
    said = factory.lif("plan", "--all", *PLATFORM, "--limit", "2")
    assert "counted below; --limit shows more" in said
    assert "  builds  " in said


def test_a_plan_of_an_unknown_manifest_names_near_ones(factory):
    result = factory.try_lif("plan", "--manifest-id", "tiny-apj", *PLATFORM)
    assert result.returncode == 2
    assert "tiny-api" in result.stdout


def test_a_dry_prewarm_ranks_the_stable_stacks(factory):
    reply = answer(factory, "prewarm", "--all", *PLATFORM, "--dry-run")
    ranks = [stack["rank"] for stack in reply["stacks"]]
    assert ranks and ranks == sorted(ranks, reverse=True)
    assert all(stack["modules"] and stack["manifests"] > 0 for stack in reply["stacks"])


def test_impact_counts_the_layers_from_the_module_up(factory):
    stack = modules_of(factory, "tiny-api")
    impact = answer(factory, "impact", "--module", stack[0], "--limit", "0")
    layers = {row["layers"] for row in impact["manifests"] if row["manifest_id"] == "tiny-api"}
    assert layers == {len(stack)}
    assert sum(pool["layers"] for pool in impact["pools"]) == impact["layer_count"]
    result = factory.try_lif("impact", "--module", stack[0].split("@")[0] + "x")
    assert result.returncode == 2
    assert "did you mean" in result.stderr


def test_a_manifest_equals_itself_and_differs_from_another(factory):
    assert "\nequal: " in factory.lif("diff", "tiny-api", "tiny-api", *PLATFORM)
    diff = answer(factory, "diff", "tiny-api", "python-web", *PLATFORM)
    assert {"base", "module", "layer"} <= {entry["what"] for entry in diff["entries"]}
    assert diff["shared_layers"] == 0
