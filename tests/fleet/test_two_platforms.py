"""One manifest on two platforms: its index, and that nothing is shared between them."""
import json
import re
import types
import urllib.error

import factory as factories
import pytest

from stacks import AMD64, ARM64

BOTH = (AMD64, ARM64)
INDEX_SECONDS = 60


@pytest.fixture(scope="module")
def both(hosts, make_stacks):
    """Two manifests, of which one passes its tests on amd64 alone."""
    hosts.factory.script("arm64")
    catalog = make_stacks("both", platforms=BOTH)
    stack = catalog.three_stacks()[0]
    good = catalog.module("app", "good")
    half = catalog.module("app", "half", command='test "$(uname -m)" = x86_64')
    names = catalog.variants([stack], [good, half])
    hosts.publish(catalog)
    answers = hosts.submit(names, platforms=BOTH)
    ends = hosts.await_ends(answers)
    word = hosts.stubs.common.Outcome.Name
    outcomes = {(answer.manifest_id, answer.platform): word(ends[answer.build_id].outcome)
                for answer in answers}
    return types.SimpleNamespace(prefix=catalog.prefix, good=names[0], half=names[1],
                                 outcomes=outcomes)


def image_of(hosts, name, platform):
    ((image,),) = hosts.factory.query("SELECT image FROM records WHERE kind = 'image' AND "
                                      f"manifest_id = '{name}' AND platform = '{platform}'")
    return image


def tagged(hosts, name):
    try:
        return hosts.registry.manifest("images", name)
    except urllib.error.HTTPError as error:
        assert error.code == 404
        return None


def test_outcomes(both):
    passed, failed = "OUTCOME_COMPATIBLE", "OUTCOME_INCOMPATIBLE"
    assert both.outcomes == {(both.good, AMD64): passed, (both.good, ARM64): passed,
                             (both.half, AMD64): passed, (both.half, ARM64): failed}


def test_the_index_shows_both_platforms(hosts, both):
    index = factories.wait_until(lambda: tagged(hosts, both.good), INDEX_SECONDS, hosts.explain)
    assert {part["platform"]["os"] + "/" + part["platform"]["architecture"]: part["digest"]
            for part in index["manifests"]} == {
        platform: image_of(hosts, both.good, platform).split("@")[1] for platform in BOTH}
    reference = f"{hosts.factory.info['registry']}/images:{both.good}"
    shown = factories.docker("buildx", "imagetools", "inspect", reference).stdout
    assert sorted(re.findall(r"Platform: +(\S+)", shown)) == [AMD64, ARM64], shown


@pytest.mark.parametrize("platform,machine", [(AMD64, "x86_64"), (ARM64, "aarch64")])
def test_each_of_it_runs(hosts, both, platform, machine):
    factories.wait_until(lambda: tagged(hosts, both.good), INDEX_SECONDS, hosts.explain)
    reference = f"{hosts.factory.info['registry']}/images:{both.good}"
    ran = factories.docker("run", "--rm", "--pull=always", "--network=none", "--platform", platform,
                           reference, "uname", "-m")
    assert ran.stdout.strip() == machine


def test_the_index_tag_waits_for_both_verdicts(hosts, both):
    """What passed has its own tag; the whole has none, as long as one platform's verdict is against it."""
    factories.wait_until(lambda: tagged(hosts, both.good), INDEX_SECONDS, hosts.explain)
    assert tagged(hosts, f"{both.half}-linux-amd64")
    assert tagged(hosts, both.half) is None
    assert tagged(hosts, f"{both.half}-linux-arm64") is None


def test_each_platform_was_executed_on_its_own(hosts, both):
    seen = hosts.check_once(both.prefix)
    arch = {run.uuid: run.arch for run in hosts.counter.runs(both.prefix)}
    keys = {"x86_64": set(), "aarch64": set()}
    blobs = {"x86_64": set(), "aarch64": set()}
    for sighting in seen:
        keys[arch[sighting.uuid]].add(sighting.layer_key)
        blobs[arch[sighting.uuid]].add(sighting.blob)
    # security, core and two apps each.
    assert [len(found) for found in keys.values()] == [4, 4]
    assert not keys["x86_64"] & keys["aarch64"]
    assert not blobs["x86_64"] & blobs["aarch64"]


def test_nothing_of_a_cache_crosses_architectures(hosts, both):
    """From the registry: each cache reference is of one architecture, and they have no blob in common.

    An export may fail and harms nobody, so that one side may lack a module that the other one has.
    """
    tags = [tag for tag in hosts.registry.tags("cache") if both.prefix in tag]
    named = {arch: {tag.removeprefix(f"linux-{arch}-") for tag in tags
                    if tag.startswith(f"linux-{arch}-")} for arch in ("amd64", "arm64")}
    assert named["amd64"] & named["arm64"], tags
    blobs = {arch: {digest for name in names for digest in digests(
        hosts.registry.manifest("cache", f"linux-{arch}-{name}"))}
             for arch, names in named.items()}
    assert blobs["amd64"] and blobs["arm64"] and not blobs["amd64"] & blobs["arm64"]


def digests(value):
    """Every digest that a manifest or index names."""
    text = json.dumps(value)
    return {part[:71] for part in text.split('"') if part.startswith("sha256:")}
