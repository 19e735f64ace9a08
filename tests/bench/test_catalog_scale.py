"""A catalog of 2,000 modules and 4,000 manifests: check, publish, list, plan, submit, memory."""
import json
import os
import re
import subprocess
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
AIM_PLAN_S = 1
AIM_SUBMIT_S = 3
AIM_REDIS_MS = 10


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
        report("  8,000 builds planned cold, validate only",
               f"{cold:.2f} s; again {warm:.2f} s (aim: < {AIM_PLAN_S} s)")
        assert len({build.build_key for build in answer.builds}) == 2 * MANIFESTS
        assert answer.invalid == 0
        redis_admin(served, "slowlog", "reset")
        real, queued = timed(lambda: submit(stubs, channel, names, validate_only=False))
        slow = slowest_ms(served)
        layers = waiting_jobs(stubs, channel) - 2 * MANIFESTS
        report(f"  8,000 builds and their {layers} layers submitted",
               f"{real:.2f} s (aim: < {AIM_SUBMIT_S} s)")
        report("    slowest call of Redis, 0 for under 10 ms",
               f"{slow:.1f} ms (aim: <= {AIM_REDIS_MS} ms)")
        assert queued.queued == 2 * MANIFESTS
        assert len({build.build_id for build in queued.builds}) == 2 * MANIFESTS
        again, joined = timed(lambda: submit(stubs, channel, names, validate_only=False))
        report("  the same submitted again", f"{again:.2f} s")
        assert joined.joined == 2 * MANIFESTS
        assert waiting_jobs(stubs, channel) - 2 * MANIFESTS == layers > 0
    rss = resident_mb(served.pid("controlplane"))
    report("  RSS of controlplane after all of it", f"{rss:.1f} MB (aim: < {AIM_RSS_MB} MB)")
    assert rss < AIM_RSS_MB
    assert min(checks) < AIM_CHECK_S
    assert warm < AIM_PLAN_S
    assert real < AIM_SUBMIT_S
    assert slow <= AIM_REDIS_MS
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


def submit(stubs, channel, names, validate_only=True):
    return stubs.build_rpc.BuildServiceStub(channel).SubmitBuilds(
        stubs.build.SubmitBuildsRequest(
            builds=[stubs.build.BuildRequest(manifest_id=name) for name in names],
            validate_only=validate_only), timeout=120)


def waiting_jobs(stubs, channel):
    """All that is queued: nothing builds here."""
    pools = stubs.fleet_rpc.FleetServiceStub(channel).ListPools(
        stubs.fleet.ListPoolsRequest(), timeout=60).pools
    return sum(pool.ready + pool.waiting for pool in pools)


def redis_admin(served, *arguments):
    """redis-cli as the administrator: the factory's own users may not look at the slow log."""
    config = (served.state / "etc" / "redis.conf").read_text()
    password = (served.state / "secrets" / "redis-admin").read_text().strip()
    return subprocess.run(
        ["redis-cli", "--no-auth-warning", "--user", "admin", "--json", "-p",
         re.search(r"^port (\d+)", config, re.M)[1], *arguments],
        env=dict(os.environ, REDISCLI_AUTH=password), text=True, capture_output=True, timeout=30,
        check=True).stdout


def slowest_ms(served):
    """Of the calls since the slow log was reset; 0 when none was over Redis' threshold of 10 ms."""
    entries = json.loads(redis_admin(served, "slowlog", "get", "100"))
    return max((entry[2] / 1000 for entry in entries), default=0)
