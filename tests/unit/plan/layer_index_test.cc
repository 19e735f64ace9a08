#include "common/plan/layer_index.h"

#include "tests/fakes/memory_catalog_reader.h"
#include "tests/support/catch.h"
#include "tests/support/test_catalog.h"

namespace lif {
namespace {

const Platform kAmd64{"linux", "amd64"};
const Platform kArm64{"linux", "arm64"};

// Key of the layer at `position` (1 is the one on the base) of a published manifest.
std::string KeyOf(MemoryCatalogReader& catalog, const std::string& id, int position,
                  const Platform& platform = kAmd64) {
  return ComputeLayerKeys(*catalog.GetManifest(id), platform, Recipe())->at(position).key;
}

TEST_CASE("the index knows which layers of the catalog are shared, on each platform") {
  MemoryCatalogReader catalog(TestCatalog());
  LayerIndex index(catalog, Recipe());
  const auto shared = index.Current();
  REQUIRE(shared.ok());
  // ca-roots below all; python-web in py-api, py-worker and gpu-report, nginx in one alone.
  CHECK((*shared)->layers() == 5);
  CHECK((*shared)->SharedBeyond("nginx-site", KeyOf(catalog, "nginx-site", 1)));
  CHECK_FALSE((*shared)->SharedBeyond("nginx-site", KeyOf(catalog, "nginx-site", 2)));
  CHECK((*shared)->SharedBeyond("py-api", KeyOf(catalog, "py-api", 2)));
  CHECK(*(*shared)->Owner(KeyOf(catalog, "py-worker", 2)) == "gpu-report");
  CHECK(*(*shared)->Owner(KeyOf(catalog, "py-worker", 2, kArm64)) == "py-api");
}

TEST_CASE("the layer keys are those of the whole identity") {
  MemoryCatalogReader catalog(TestCatalog());
  const ResolvedManifest manifest = *catalog.GetManifest("py-api");
  const std::vector<LayerKey> alone = *ComputeLayerKeys(manifest, kArm64, Recipe());
  const std::vector<LayerKey> whole = ComputeIdentity(manifest, kArm64, Recipe())->chain;
  REQUIRE(alone.size() == whole.size());
  for (size_t i = 0; i < alone.size(); ++i) {
    CHECK(alone[i].key == whole[i].key);
    CHECK(alone[i].layer_digest == whole[i].layer_digest);
    CHECK(alone[i].module_ref == whole[i].module_ref);
  }
  CHECK(absl::IsFailedPrecondition(
      ComputeLayerKeys(*catalog.GetManifest("nginx-site"), kArm64, Recipe()).status()));
}

TEST_CASE("what was read is kept: another call asks for the version alone") {
  MemoryCatalogReader catalog(TestCatalog());
  LayerIndex index(catalog, Recipe());
  const auto first = *index.Current();
  const int reads = catalog.reads();
  const int calls = catalog.calls();
  CHECK(*index.Current() == first);
  CHECK(catalog.reads() == reads);
  CHECK(catalog.calls() == calls + 1);
}

TEST_CASE("after a publish only what is new is read, and older answers stay as they are") {
  MemoryCatalogReader catalog(TestCatalog());
  LayerIndex index(catalog, Recipe());
  const auto before = *index.Current();
  const std::string app = KeyOf(catalog, "nginx-site", 2);
  Manifest second = TestCatalog().manifests.at("nginx-site");
  second.id = "nginx-other";
  catalog.AddManifest(second);
  const int reads = catalog.reads();
  const auto after = *index.Current();
  CHECK(catalog.reads() == reads + 1);
  CHECK(after->SharedBeyond("nginx-site", app));
  CHECK_FALSE(before->SharedBeyond("nginx-site", app));
}

TEST_CASE("a base that gains a platform brings its manifests' layers there") {
  MemoryCatalogReader catalog([] {
    Catalog lacking = TestCatalog();
    lacking.bases["debian-12"].platforms.erase(kArm64);
    return lacking;
  }());
  LayerIndex index(catalog, Recipe());
  CHECK((*index.Current())->layers() == 3);
  catalog.AddPlatform("debian-12", kArm64,
                      {"127.0.0.1:5000/debian", "sha256:" + std::string(64, 'b')});
  const auto shared = *index.Current();
  CHECK(shared->layers() == 5);
  CHECK(shared->SharedBeyond("py-api", KeyOf(catalog, "py-api", 1, kArm64)));
}

TEST_CASE("an index of a large catalog is read in batches, and a client may leave between them") {
  Catalog large = TestCatalog();
  for (int i = 0; i < 300; ++i) {
    Manifest more = large.manifests.at("py-api");
    more.id = "more-" + std::to_string(i);
    large.manifests[more.id] = more;
  }
  MemoryCatalogReader catalog(large);
  LayerIndex index(catalog, Recipe());
  int asked = 0;
  CHECK(absl::IsCancelled(index.Current([&asked] { return ++asked == 3; }).status()));
  const auto shared = index.Current([] { return false; });
  REQUIRE(shared.ok());
  CHECK((*shared)->layers() == 5);
}

TEST_CASE("a catalog that is away is said so, and the index comes back with it") {
  MemoryCatalogReader catalog(TestCatalog());
  LayerIndex index(catalog, Recipe());
  catalog.SetAway(absl::UnavailableError("away"));
  CHECK(absl::IsUnavailable(index.Current().status()));
  catalog.SetAway(absl::OkStatus());
  CHECK(index.Current().ok());
}

}  // namespace
}  // namespace lif
