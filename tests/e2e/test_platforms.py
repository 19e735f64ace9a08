"""linux/arm64 beside linux/amd64: a factory that gains it later, by QEMU; and a pool that nobody serves."""
import json
import shutil
import urllib.request

import pytest

import factory as factories

HERE = factories.ROOT / "tests" / "e2e"
AMD64, ARM64 = "linux/amd64", "linux/arm64"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return factories.copy_catalog(HERE / "platforms_catalog",
                                  tmp_path_factory.mktemp("platforms") / "catalog")


@pytest.fixture(scope="module")
def plain(source):
    """A factory as `deploy/quickstart` makes it: for amd64 alone."""
    with factories.running(executors=1, slots=1) as made:
        made.publish(source, "busybox")
        yield made


@pytest.fixture(scope="module")
def both(plain, source):
    """The same factory after `deploy/quickstart --with-arm64`."""
    before = build(plain, AMD64)
    refused = plain.try_lif("build", "--manifest-id", "machine", "--platform", ARM64)
    plain.script("arm64")
    plain.publish(source, "busybox")
    plain.before = before
    plain.refused = refused
    return plain


def build(factory, platform):
    """Builds `machine` and waits: the record's build ID and image."""
    answer = factory.lif_json("build", "--manifest-id", "machine", "--platform", platform, "--wait")
    (built,) = answer["builds"]
    record = built["record"]
    assert record["outcome"] == "compatible", built
    return record["build_id"], f"{record['repository']}@{record['image_digest']}"


def run(image, platform, *command):
    return factories.docker("run", "--rm", "--platform", platform, image, *command).stdout.strip()


def registry_json(factory, path):
    request = urllib.request.Request(f"http://{factory.info['registry'].replace('/lif', '')}{path}")
    request.add_header("Accept", "application/vnd.oci.image.index.v1+json, "
                                 "application/vnd.oci.image.manifest.v1+json")
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def test_before_it_arm64_is_no_platform_of_the_manifest(both):
    assert both.refused.returncode == 2
    assert "does not offer linux/arm64; it offers linux/amd64" in both.refused.stderr


def test_the_published_manifest_gains_the_platform(both):
    shown = both.lif_json("catalog", "show", "--manifest-id", "machine")["manifest"]
    assert shown["platforms"] == [AMD64, ARM64]
    listed = both.lif_json("catalog", "list", "--match", "machine")["manifests"]
    assert [item["platforms"] for item in listed] == [[AMD64, ARM64]]
    assert both.query("SELECT base, platform FROM base_platforms") == [["busybox", ARM64]]


def test_what_was_built_for_amd64_is_still_the_answer(both):
    assert build(both, AMD64) == both.before


def test_the_arm64_image_is_built_tested_and_run_as_aarch64(both):
    _, image = build(both, ARM64)
    assert run(image, ARM64, "uname", "-m") == "aarch64"
    assert run(image, ARM64, "cat", "/etc/machine") == "aarch64"
    tag = f"{both.info['registry']}/images:machine-linux-arm64"
    assert run(tag, ARM64, "cat", "/etc/machine") == "aarch64"
    executor = both.query("SELECT executor, pool FROM records "
                          "WHERE kind = 'image' AND platform = 'linux/arm64'")
    assert executor == [["executor-arm64", "arm64"]]


def test_nothing_of_a_cache_crosses_architectures(both):
    _, amd64 = build(both, AMD64)
    _, arm64 = build(both, ARM64)
    assert run(amd64, AMD64, "cat", "/etc/neighbours").endswith("-x86_64")
    seen = run(arm64, ARM64, "cat", "/etc/neighbours")
    assert seen.endswith("-aarch64") and "x86_64" not in seen
    tags = registry_json(both, "/v2/lif/cache/tags/list")["tags"]
    assert sorted(tags) == ["linux-amd64", "linux-amd64-machine", "linux-arm64",
                            "linux-arm64-machine"]
    blobs = {platform: {digest for tag in tags if tag.startswith(platform)
                        for digest in digests(registry_json(both, f"/v2/lif/cache/manifests/{tag}"))}
             for platform in ("linux-amd64", "linux-arm64")}
    assert all(blobs.values()) and not blobs["linux-amd64"] & blobs["linux-arm64"]


def digests(value):
    """Every digest that a manifest or index names."""
    if isinstance(value, dict):
        return [value["digest"]] if "digest" in value else sum(map(digests, value.values()), [])
    return sum(map(digests, value), []) if isinstance(value, list) else []


def test_the_plain_catalog_is_still_published(both, source, tmp_path):
    """Who knows nothing of arm64 changes nothing."""
    copy = tmp_path / "catalog"
    shutil.copytree(both.state / "catalog", copy)
    base = copy / "bases" / "busybox.yaml"
    text = base.read_text()
    base.write_text(text[:text.index("  linux/arm64:")])
    assert "nothing is new" in both.lif("catalog", "publish", str(copy))


def test_a_pool_without_executor_is_told_at_once(both):
    result = both.try_lif("build", "--manifest-id", "wants-gpu")
    assert result.returncode == 0, result.stderr
    assert ("no registered executor serves pool gpu: 1 build waits until one is started, with "
            "lif-executor --platform linux/amd64 --pool gpu") in result.stderr
