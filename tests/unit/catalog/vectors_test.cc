// The values of vectors.json, which tests/unit/identity_vectors_test.py computes by itself.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/catalog/catalog_json.h"
#include "common/catalog/digests.h"
#include "common/catalog/resolve.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

using Json = nlohmann::json;

ResolvedManifest Resolve(const Json& catalog) {
  std::map<std::string, Module> modules;
  for (const Json& document : catalog.at("modules")) {
    Module module = *ModuleFromJson(document.dump());
    modules[module.Ref()] = module;
  }
  return *ResolveManifest(
      {*ManifestFromJson(catalog.at("manifest").dump()),
       *TemplateFromJson(catalog.at("template").dump()), *BaseFromJson(catalog.at("base").dump())},
      [&](const std::string& ref) { return &modules.at(ref); });
}

Recipe RecipeOf(const Json& value) {
  return {value.at("stitch_version").get<int>(), value.at("network").get<std::string>(),
          value.at("engine").get<std::string>(), value.at("compression").get<std::string>(),
          value.at("trust_domain").get<std::string>()};
}

TEST_CASE("Identities are those of the vectors", "[catalog]") {
  std::ifstream file(std::string(LIF_SOURCE_DIR) + "/tests/unit/catalog/vectors.json");
  const Json vectors = Json::parse(file);
  REQUIRE(vectors.size() >= 5);
  for (const Json& vector : vectors) {
    CAPTURE(vector.at("name").get<std::string>());
    const Json& expected = vector.at("expected");
    ResolvedManifest manifest = Resolve(vector.at("catalog"));
    Platform platform = *ParsePlatform(vector.at("platform").get<std::string>());
    BuildIdentity identity = *ComputeIdentity(manifest, platform, RecipeOf(vector.at("recipe")));
    CHECK(identity.recipe_digest == expected.at("recipe_digest").get<std::string>());
    CHECK(identity.build_key == expected.at("build_key").get<std::string>());
    CHECK(TemplateDigest(manifest.image_template) ==
          expected.at("template_digest").get<std::string>());
    CHECK(BaseDigest(manifest.base) == expected.at("base_digest").get<std::string>());
    CHECK(ManifestDigest(manifest) == expected.at("manifest_digest").get<std::string>());
    std::vector<IndexImage> images;
    for (const auto& [at, base] : manifest.base.platforms) images.push_back({at, base.digest});
    std::reverse(images.begin(), images.end());
    CHECK(IndexKey(manifest.manifest.id, images) == expected.at("index_key").get<std::string>());
    Json keys = Json::array();
    for (const LayerKey& key : identity.chain) keys.push_back(key.key);
    CHECK(keys == expected.at("layer_keys"));
    Json modules = Json::array();
    for (const ResolvedModule& module : manifest.stack) modules.push_back(ModuleDigest(module));
    CHECK(modules == expected.at("module_digests"));
  }
}

}  // namespace
}  // namespace lif
