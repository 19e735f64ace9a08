"""A catalog of 2,000 modules and 4,000 manifests: check, publish, list, submit cold, memory."""
import time

import big_catalog
import factory as factories
import grpc
import pytest
import stubs as generated
from test_memory import resident_mb

MODULES = 2000
MANIFESTS = 4000
ROUNDS = 3
AIM_CHECK_S = 3
AIM_PUBLISH_S = 15
AIM_RSS_MB = 100


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    made = tmp_path_factory.mktemp("big") / "catalog"
    assert big_catalog.make(made, MODULES, MANIFESTS) == (MODULES, MANIFESTS)
    return made


@pytest.fixture(scope="module")
def served():
    """A control plane with its stores, and nothing that builds."""
    with factories.running("serve", executors=0) as made:
        yield made


@pytest.fixture(scope="module")
def stubs(tmp_path_factory):
    return generated.generate(factories.ROOT / "proto", tmp_path_factory.mktemp("stubs"))


def timed(action):
    started = time.monotonic()
    answer = action()
    return time.monotonic() - started, answer


def test_catalog_of_thousands(served, directory, stubs, report):
    checks = [timed(lambda: served.lif("catalog", "check", str(directory)))[0]
              for _ in range(ROUNDS)]
    report("check of 2,000 modules, 4,000 manifests",
           f"{min(checks):.2f} to {max(checks):.2f} s of {ROUNDS} (aim: < {AIM_CHECK_S} s)")

    publish, result = timed(lambda: served.lif_json("catalog", "publish", str(directory)))
    again, unchanged = timed(lambda: served.lif_json("catalog", "publish", str(directory)))
    report("  publish of it", f"{publish:.2f} s (aim: < {AIM_PUBLISH_S} s)")
    report("  publish of it, again", f"{again:.2f} s")
    assert result["manifests"] == {"published": MANIFESTS, "unchanged": 0}
    assert result["modules"] == {"published": MODULES, "unchanged": 0}
    assert unchanged["published"] == 0

    with grpc.insecure_channel(served.info["server"]) as channel:
        for size in (100, 1000):
            listing, names = timed(lambda: list_all(stubs, channel, size))
            report(f"  ListManifests, pages of {size}", f"{listing:.2f} s")
            assert names == sorted(path.stem for path in (directory / "manifests").iterdir())
        cold, answer = timed(lambda: submit(stubs, channel, names))
        warm, _ = timed(lambda: submit(stubs, channel, names))
        report("  8,000 builds submitted cold, validate only", f"{cold:.2f} s; again {warm:.2f} s")
        assert len({build.build_key for build in answer.builds}) == 2 * MANIFESTS
        assert answer.invalid == 0
    rss = resident_mb(served.pid("controlplane"))
    report("  RSS of controlplane after all of it", f"{rss:.1f} MB (aim: < {AIM_RSS_MB} MB)")
    assert rss < AIM_RSS_MB
    assert min(checks) < AIM_CHECK_S
    assert publish < AIM_PUBLISH_S


def list_all(stubs, channel, size):
    client = stubs.catalog_rpc.CatalogServiceStub(channel)
    token, names = "", []
    while True:
        page = client.ListManifests(
            stubs.catalog.ListManifestsRequest(page_size=size, page_token=token), timeout=60)
        names += [manifest.id for manifest in page.manifests]
        token = page.next_page_token
        if not token:
            return names


def submit(stubs, channel, names):
    return stubs.build_rpc.BuildServiceStub(channel).SubmitBuilds(
        stubs.build.SubmitBuildsRequest(
            builds=[stubs.build.BuildRequest(manifest_id=name) for name in names],
            validate_only=True), timeout=120)
