#include "common/catalog/resolve.h"

#include "common/catalog/digests.h"
#include "tests/support/catch.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {
namespace {

TEST_CASE("A manifest is resolved bottom first, with arguments applied", "[catalog]") {
  Catalog catalog = CatalogFixture().Load().catalog;
  ResolvedManifest web = *ResolveManifest(catalog, "web");
  REQUIRE(web.stack.size() == 3);
  CHECK(web.stack[0].module.Ref() == "certificates@1.0.0");
  CHECK(web.stack[1].args.at("PACKAGES") == "python3-minimal");
  CHECK(web.stack[2].args.at("PORT") == "3000");
  CHECK(web.stack[2].module.args.at("PORT") == "8080");
  CHECK(web.base.name == "debian-12");
  CHECK(web.image_template.Ref() == "service@1.0.0");
}

TEST_CASE("The order of slots is the template's", "[catalog]") {
  Manifest manifest;
  manifest.modules[Slot::kApp] = {{"a", "1.0.0", {}}, {"b", "1.0.0", {}}};
  manifest.modules[Slot::kCore] = {{"c", "1.0.0", {}}};
  Template image_template;
  image_template.slots = {{Slot::kApp, true, false}, {Slot::kCore, false, false}};
  std::vector<std::string> order;
  for (const ModuleUse& use : StackOf(manifest, image_template)) order.push_back(use.name);
  CHECK(order == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("What is not there is named", "[catalog]") {
  Catalog catalog = CatalogFixture().Load().catalog;
  CHECK(ResolveManifest(catalog, "wbe").status() ==
        absl::NotFoundError("no manifest 'wbe'; did you mean 'web'?"));
  Catalog spoiled = catalog;
  spoiled.modules.erase("python3@1.0.0");
  CHECK(ResolveManifest(spoiled, "web").status() ==
        absl::NotFoundError("manifest web uses module python3@1.0.0, which is not there"));
  spoiled = catalog;
  spoiled.modules.at("web-app@2.0.0").args.clear();
  CHECK(absl::IsInvalidArgument(ResolveManifest(spoiled, "web").status()));
  spoiled.bases.clear();
  CHECK(absl::IsNotFound(ResolveManifest(spoiled, "web").status()));
}

TEST_CASE("Globs", "[catalog]") {
  CHECK(GlobMatches("", ""));
  CHECK(GlobMatches("*", ""));
  CHECK(GlobMatches("py*-we?", "python-web"));
  CHECK(GlobMatches("*b*b", "abbb"));
  CHECK_FALSE(GlobMatches("py?", "python"));
  CHECK_FALSE(GlobMatches("", "a"));
  CHECK_FALSE(GlobMatches("?", ""));
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "a*";
  CHECK_FALSE(GlobMatches(pattern + "b", std::string(100, 'a')));  // and at once
}

TEST_CASE("Filters", "[catalog]") {
  Manifest manifest = CatalogFixture().Load().catalog.manifests.at("web");
  ManifestFilter filter;
  CHECK(Matches(filter, manifest));
  filter.module = "python3";
  filter.base = "debian-12";
  filter.glob = "w*";
  CHECK(Matches(filter, manifest));
  filter.module = "python3@1.0.0";
  CHECK(Matches(filter, manifest));
  filter.module = "python3@2.0.0";
  CHECK_FALSE(Matches(filter, manifest));
  filter.module.clear();
  filter.base = "other";
  CHECK_FALSE(Matches(filter, manifest));
}

TEST_CASE("Capabilities and slots", "[catalog]") {
  ResolvedManifest manifest;
  manifest.manifest.requires_ = {"gpu", "a"};
  manifest.stack.resize(2);
  manifest.stack[0].module.requires_ = {"gpu"};
  manifest.stack[1].module.requires_ = {"fpga"};
  CHECK(RequiredCapabilities(manifest) == std::vector<std::string>{"a", "fpga", "gpu"});
  for (Slot slot : {Slot::kSecurity, Slot::kCore, Slot::kLight, Slot::kApp}) {
    CHECK(ParseSlot(SlotName(slot)) == slot);
  }
  CHECK_FALSE(ParseSlot("Core").has_value());
}

}  // namespace
}  // namespace lif
