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
  return ComputeIdentity(*catalog.GetManifest(id), platform, Recipe())->chain.at(position).key;
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

TEST_CASE("the index outlines each manifest on each platform") {
  MemoryCatalogReader catalog(TestCatalog());
  LayerIndex index(catalog, Recipe());
  CHECK(index.KnownOutlines() == nullptr);
  const auto outlines = *index.CurrentOutlines();
  CHECK(index.KnownOutlines() == outlines);
  CHECK(outlines->Find("py-apj") == nullptr);
  const ManifestOutline* outline = outlines->Find("py-api");
  REQUIRE(outline != nullptr);
  CHECK(outline->OfferedText() == "linux/amd64, linux/arm64");
  const ResolvedManifest manifest = *catalog.GetManifest("py-api");
  const BuildIdentity identity = *ComputeIdentity(manifest, kArm64, Recipe());
  const BuildOutline* build = outline->Find(kArm64);
  REQUIRE(build != nullptr);
  CHECK(build->build_key == identity.build_key);
  CHECK(build->pool == "arm64");
  const Chain chain = outlines->ChainOf(*build);
  const Chain whole = ChainOf(manifest, identity);
  CHECK(chain.base_image == whole.base_image);
  CHECK(chain.recipe_digest == whole.recipe_digest);
  REQUIRE(chain.layers.size() == whole.layers.size());
  for (size_t i = 0; i < chain.layers.size(); ++i) {
    CHECK(chain.layers[i].key == whole.layers[i].key);
    CHECK(chain.layers[i].layer_digest == whole.layers[i].layer_digest);
    CHECK(chain.layers[i].module_ref == whole.layers[i].module_ref);
    CHECK(chain.layers[i].args == whole.layers[i].args);
  }
  const ManifestOutline* gpu = outlines->Find("gpu-report");
  REQUIRE(gpu != nullptr);
  CHECK(gpu->builds.front().pool == "gpu");
  CHECK(gpu->builds.front().requires_ == std::vector<std::string>{"gpu"});
  CHECK(outlines->Find("nginx-site")->Find(kArm64) == nullptr);
}

TEST_CASE("outlines that were handed out stay while the catalog grows") {
  MemoryCatalogReader catalog(TestCatalog());
  LayerIndex index(catalog, Recipe());
  const auto before = *index.CurrentOutlines();
  Manifest second = TestCatalog().manifests.at("nginx-site");
  second.id = "nginx-other";
  catalog.AddManifest(second);
  CHECK(index.KnownOutlines() == before);
  const auto after = *index.CurrentOutlines();
  CHECK(before->Find("nginx-other") == nullptr);
  REQUIRE(after->Find("nginx-other") != nullptr);
  CHECK(after->ChainOf(after->Find("nginx-other")->builds.front()).layers.back().key ==
        before->ChainOf(before->Find("nginx-site")->builds.front()).layers.back().key);
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
