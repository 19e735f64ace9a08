// The example catalog in catalog/ is whole: it checks, renders for each platform, leaves no module
// unused, and docs/catalog.md names all that it holds.
#include <map>
#include <set>
#include <string>

#include "common/base/file_util.h"
#include "common/catalog/catalog_loader.h"
#include "common/catalog/digests.h"
#include "common/catalog/directory_catalog_reader.h"
#include "common/catalog/update_base.h"
#include "common/stitch/dockerfile.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

const std::string kSource = LIF_SOURCE_DIRECTORY;
const Platform kAmd64 = *ParsePlatform("linux/amd64");
const Platform kArm64 = *ParsePlatform("linux/arm64");

// The catalog with made-up digests in its bases, as update-base would write them.
class PinnedCatalog {
 public:
  PinnedCatalog() {
    BaseUpdate update;
    update.source = kSource + "/catalog";
    update.target = directory_.path();
    update.name = "debian-12";
    for (const Platform& platform : {kAmd64, kArm64}) {
      update.platforms[platform] = {"registry.test/debian-12", "sha256:" + std::string(64, 'a')};
    }
    REQUIRE(UpdateBase(update).ok());
  }

  const std::string& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

TEST_CASE("the source lacks digests and nothing else") {
  const auto loaded = LoadCatalog(kSource + "/catalog");
  REQUIRE(loaded.ok());
  for (const Problem& problem : loaded->problems) {
    INFO(problem.ToString());
    CHECK(problem.file == "bases/debian-12.yaml");
    CHECK(problem.what.find("not pinned") != std::string::npos);
  }
}

TEST_CASE("the pinned catalog has no problem and three modules for each slot") {
  const PinnedCatalog pinned;
  const auto loaded = LoadCatalog(pinned.path());
  REQUIRE(loaded.ok());
  INFO(FormatProblems(loaded->problems));
  REQUIRE(loaded->problems.empty());

  CHECK(loaded->catalog.manifests.size() >= 10);
  std::map<Slot, std::set<std::string>> names;
  for (const auto& [ref, module] : loaded->catalog.modules) {
    names[module.slot].insert(module.name);
    INFO(ref);
    CHECK_FALSE(module.tests.empty());
  }
  for (const Slot slot : {Slot::kSecurity, Slot::kCore, Slot::kLight, Slot::kApp}) {
    CHECK(names[slot].size() >= 3);
  }
}

TEST_CASE("every module and template is in a manifest, and every manifest renders") {
  const PinnedCatalog pinned;
  const auto reader = DirectoryCatalogReader::Open(pinned.path());
  REQUIRE(reader.ok());
  const Catalog& catalog = (*reader)->catalog();

  std::set<std::string> used;
  for (const auto& [id, unused_manifest] : catalog.manifests) {
    INFO(id);
    const auto resolved = (*reader)->GetManifest(id);
    REQUIRE(resolved.ok());
    used.insert(resolved->image_template.Ref());
    for (const ResolvedModule& layer : resolved->stack) used.insert(layer.module.Ref());
    // All are for both platforms but the one whose machines are.
    const bool gpu = !RequiredCapabilities(*resolved).empty();
    CHECK(OfferedPlatforms(*resolved) ==
          (gpu ? std::vector<Platform>{kAmd64} : std::vector<Platform>{kAmd64, kArm64}));
    for (const Platform& platform : OfferedPlatforms(*resolved)) {
      RenderOptions options;
      options.platform = platform;
      const auto rendered = RenderDockerfile(*resolved, options);
      INFO(rendered.status().message());
      CHECK(rendered.ok());
    }
  }
  for (const auto& [ref, unused_module] : catalog.modules) CHECK(used.count(ref) == 1);
  for (const auto& [ref, unused_template] : catalog.templates) CHECK(used.count(ref) == 1);
}

TEST_CASE("the guide names every manifest and module") {
  const PinnedCatalog pinned;
  const auto loaded = LoadCatalog(pinned.path());
  REQUIRE(loaded.ok());
  const auto guide = ReadFile(kSource + "/docs/catalog.md", 1024 * 1024);
  REQUIRE(guide.ok());
  for (const auto& [id, unused_manifest] : loaded->catalog.manifests) {
    INFO(id);
    CHECK(guide->find("`" + id + "`") != std::string::npos);
  }
  for (const auto& [ref, module] : loaded->catalog.modules) {
    INFO(ref);
    CHECK(guide->find("`" + module.name + "`") != std::string::npos);
  }
}

}  // namespace
}  // namespace lif
