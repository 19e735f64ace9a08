"""A catalog of several pages: every manifest is listed once, in order, and can be submitted."""
import grpc
import pytest

MANIFESTS = 230


@pytest.fixture
def served_channel(served):
    with grpc.insecure_channel(served.info["server"]) as opened:
        yield opened


def pages(stubs, channel, **request):
    client = stubs.catalog_rpc.CatalogServiceStub(channel)
    token, listed = "", []
    while True:
        page = client.ListManifests(
            stubs.catalog.ListManifestsRequest(page_token=token, **request), timeout=30)
        listed.append([manifest.id for manifest in page.manifests])
        token = page.next_page_token
        if not token:
            return listed


def written(big_catalog):
    return sorted(path.stem for path in (big_catalog / "manifests").iterdir())


@pytest.mark.parametrize("size", [1, 7, 100, 230, 1000])
def test_pages_hold_every_manifest_once(served, stubs, served_channel, big_catalog, size):
    listed = pages(stubs, served_channel, page_size=size)
    assert [name for page in listed for name in page] == written(big_catalog)
    assert all(len(page) == size for page in listed[:-1])
    assert len(listed) == -(-MANIFESTS // size)


def test_pages_of_a_filter_hold_what_it_matches(served, stubs, served_channel, big_catalog):
    listed = pages(stubs, served_channel, page_size=3, match="amber-*")
    wanted = [name for name in written(big_catalog) if name.startswith("amber-")]
    assert [name for page in listed for name in page] == wanted and wanted


def test_the_client_lists_all_pages(served, big_catalog):
    listed = served.lif_json("catalog", "list")
    manifests = listed["manifests"] if isinstance(listed, dict) else listed
    assert [item.get("manifest_id", item.get("id")) for item in manifests] == written(big_catalog)


def test_all_of_it_is_submitted_at_once(served, stubs, served_channel, big_catalog):
    names = written(big_catalog)
    answer = stubs.build_rpc.BuildServiceStub(served_channel).SubmitBuilds(
        stubs.build.SubmitBuildsRequest(
            builds=[stubs.build.BuildRequest(manifest_id=name) for name in names],
            validate_only=True), timeout=60)
    assert [build.manifest_id for build in answer.builds[::2]] == names
    assert [build.platform for build in answer.builds[:2]] == ["linux/amd64", "linux/arm64"]
    assert len({build.build_key for build in answer.builds}) == 2 * MANIFESTS
    assert answer.invalid == 0


def test_published_again_it_is_unchanged(served, big_catalog):
    result = served.lif_json("catalog", "publish", str(big_catalog))
    assert result["published"] == 0
    assert result["manifests"] == {"published": 0, "unchanged": MANIFESTS}
