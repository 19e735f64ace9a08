// What a change moves, and what it leaves alone (design of identity: docs/identity.md).
#include "common/catalog/digests.h"

#include <functional>

#include "common/catalog/resolve.h"
#include "tests/support/catch.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {
namespace {

const Platform kAmd64{"linux", "amd64"};
const Platform kArm64{"linux", "arm64"};

ResolvedManifest Web() {
  return *ResolveManifest(CatalogFixture().Load().catalog, "web");
}

// Which keys differ after a change: "B" the build key, a digit a layer key, "." none of it.
std::string Moved(const std::function<void(ResolvedManifest*)>& change, Platform platform = kAmd64,
                  const Recipe& recipe = {}) {
  ResolvedManifest after = Web();
  change(&after);
  BuildIdentity old_identity = *ComputeIdentity(Web(), platform, Recipe());
  BuildIdentity new_identity = *ComputeIdentity(after, platform, recipe);
  std::string moved = old_identity.build_key == new_identity.build_key ? "." : "B";
  for (size_t i = 0; i < old_identity.chain.size(); ++i) {
    moved +=
        old_identity.chain[i].key == new_identity.chain[i].key ? '.' : static_cast<char>('0' + i);
  }
  return moved;
}

TEST_CASE("A changed module moves its layer and those above", "[catalog]") {
  CHECK(Moved([](ResolvedManifest*) {}) == ".....");
  CHECK(Moved([](ResolvedManifest* m) { m->stack[0].module.fragment += "RUN x\n"; }) == "B.123");
  CHECK(Moved([](ResolvedManifest* m) { m->stack[1].module.fragment += "RUN x\n"; }) == "B..23");
  CHECK(Moved([](ResolvedManifest* m) { m->stack[2].module.fragment += "RUN x\n"; }) == "B...3");
  CHECK(Moved([](ResolvedManifest* m) { m->stack[1].args["PACKAGES"] = "x"; }) == "B..23");
  CHECK(Moved([](ResolvedManifest* m) { m->stack[2].module.files[0].sha256[0] ^= 1; }) == "B...3");
  CHECK(Moved([](ResolvedManifest* m) { m->stack[2].module.files[0].executable = true; }) ==
        "B...3");
  CHECK(Moved([](ResolvedManifest* m) { m->stack[1].module.secrets = {{"a", "1"}}; }) == "B..23");
}

TEST_CASE("A changed test or word about a module builds nothing again", "[catalog]") {
  CHECK(Moved([](ResolvedManifest* m) { m->stack[0].module.tests = {{"t", {"x"}}}; }) == "B....");
  CHECK(Moved([](ResolvedManifest* m) { m->stack[0].module.summary = "x"; }) == "B....");
  CHECK(Moved([](ResolvedManifest* m) { m->stack[2].module.tests[0].expect_stdout = "x"; }) ==
        "B....");
  CHECK(Moved([](ResolvedManifest* m) { m->stack[2].module.requires_ = {"gpu"}; }) == "B....");
}

TEST_CASE("The template and the manifest's ID move the image alone", "[catalog]") {
  CHECK(Moved([](ResolvedManifest* m) { m->image_template.config.user = "0"; }) == "B....");
  CHECK(Moved([](ResolvedManifest* m) { m->manifest.id = "other"; }) == "B....");
  CHECK(Moved([](ResolvedManifest* m) { m->manifest.requires_ = {"gpu"}; }) == "B....");
}

TEST_CASE("Words about a manifest, its platforms and its registry move nothing", "[catalog]") {
  CHECK(Moved([](ResolvedManifest* m) { m->manifest.summary = "x"; }) == ".....");
  CHECK(Moved([](ResolvedManifest* m) { m->manifest.platforms = {kAmd64}; }) == ".....");
  CHECK(Moved([](ResolvedManifest* m) { m->base.platforms[kAmd64].image = "mirror.test/x"; }) ==
        ".....");
}

TEST_CASE("A base's digest moves its own platform alone", "[catalog]") {
  auto bump = [](ResolvedManifest* m) {
    m->base.platforms[kArm64].digest = "sha256:" + std::string(64, 'f');
  };
  CHECK(Moved(bump, kAmd64) == ".....");
  CHECK(Moved(bump, kArm64) == "B0123");
  CHECK(Moved([](ResolvedManifest* m) { m->base.epoch += 1; }) == "B0123");
}

TEST_CASE("Every part of the recipe moves everything", "[catalog]") {
  auto nothing = [](ResolvedManifest*) {};
  Recipe recipe;
  recipe.stitch_version = 2;
  CHECK(Moved(nothing, kAmd64, recipe) == "B0123");
  recipe = {};
  recipe.network = "host";
  CHECK(Moved(nothing, kAmd64, recipe) == "B0123");
  recipe = {};
  recipe.engine = "x";
  CHECK(Moved(nothing, kAmd64, recipe) == "B0123");
  recipe = {};
  recipe.compression = "gzip";
  CHECK(Moved(nothing, kAmd64, recipe) == "B0123");
  recipe = {};
  recipe.trust_domain = "blue";
  CHECK(Moved(nothing, kAmd64, recipe) == "B0123");
}

TEST_CASE("Platforms do not share keys", "[catalog]") {
  ResolvedManifest web = Web();
  web.base.platforms[kArm64] = web.base.platforms[kAmd64];
  BuildIdentity amd64 = *ComputeIdentity(web, kAmd64, Recipe());
  BuildIdentity arm64 = *ComputeIdentity(web, kArm64, Recipe());
  CHECK(amd64.build_key != arm64.build_key);
  for (size_t i = 0; i < amd64.chain.size(); ++i) CHECK(amd64.chain[i].key != arm64.chain[i].key);
}

TEST_CASE("The identities of all platforms are those of each", "[catalog]") {
  ResolvedManifest web = Web();
  web.base.platforms[kArm64] = web.base.platforms[kAmd64];
  const std::vector<PlatformIdentity> all = ComputeIdentities(web, Recipe());
  REQUIRE(all.size() == 2);
  CHECK(all[0].platform == kAmd64);
  CHECK(all[1].platform == kArm64);
  for (const PlatformIdentity& on : all) {
    const BuildIdentity one = *ComputeIdentity(web, on.platform, Recipe());
    CHECK(on.identity.build_key == one.build_key);
    CHECK(on.identity.base_image == one.base_image);
    REQUIRE(on.identity.chain.size() == one.chain.size());
    for (size_t i = 0; i < one.chain.size(); ++i) {
      CHECK(on.identity.chain[i].key == one.chain[i].key);
      CHECK(on.identity.chain[i].layer_digest == one.chain[i].layer_digest);
    }
  }
  web.stack[0].module.platforms = {kArm64};
  CHECK(ComputeIdentities(web, Recipe()).size() == 1);
}

TEST_CASE("The identity names what it was computed from", "[catalog]") {
  BuildIdentity identity = *ComputeIdentity(Web(), kAmd64, Recipe());
  CHECK(identity.base_image == "registry.test/lif/debian@sha256:" + std::string(64, 'a'));
  REQUIRE(identity.chain.size() == 4);
  CHECK(identity.chain[0].module_ref.empty());
  CHECK(identity.chain[3].module_ref == "web-app@2.0.0");
  CHECK(identity.chain[3].layer_digest == LayerDigest(Web().stack[2]));
}

TEST_CASE("A platform that is not offered is refused by who lacks it", "[catalog]") {
  ResolvedManifest web = Web();
  web.manifest.platforms = {kAmd64};
  CHECK(ComputeIdentity(web, kArm64, Recipe()).status() ==
        absl::FailedPreconditionError(
            "manifest web can't be built for linux/arm64: the manifest offers "
            "linux/amd64; ask for one of linux/amd64"));
  web = Web();
  web.base.platforms.erase(kArm64);
  CHECK(ComputeIdentity(web, kArm64, Recipe()).status().message() ==
        "manifest web can't be built for linux/arm64: base debian-12 offers linux/amd64; ask for "
        "one of "
        "linux/amd64");
  web = Web();
  web.stack[1].module.platforms = {kArm64};
  CHECK(ComputeIdentity(web, kAmd64, Recipe()).status().message() ==
        "manifest web can't be built for linux/amd64: module python3@1.0.0 offers linux/arm64; ask "
        "for "
        "one of linux/arm64");
  CHECK(OfferedPlatforms(web) == std::vector<Platform>{kArm64});
}

}  // namespace
}  // namespace lif
