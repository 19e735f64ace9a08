// docs/schema/ says the same keys as the parser, and which of them are required.
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_join.h"
#include "common/catalog/file_parsers.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

using Json = nlohmann::json;

// What the parser says about one file of YAML.
std::vector<Problem> Parse(const std::string& kind, const std::string& yaml) {
  std::vector<Problem> problems;
  const CatalogVariables none;
  FileContext context;
  context.variables = &none;
  context.problems = &problems;
  YamlNode root;
  REQUIRE(ParseYaml(yaml, &root, &problems));
  if (kind == "catalog") ParseCatalogHeader(root, &context);
  if (kind == "base") ParseBase(root, /*pinned=*/false, &context);
  if (kind == "module") ParseModule(root, &context);
  if (kind == "template") ParseTemplate(root, &context);
  if (kind == "manifest") ParseManifest(root, &context);
  return problems;
}

// Checks the keys of an object of the schema, which stands in the file as `prefix` of the YAML.
void CheckKeys(const std::string& kind, const Json& object, const std::string& prefix,
               const std::string& suffix) {
  CAPTURE(kind, prefix);
  std::vector<std::string> keys;
  for (const auto& [key, unused] : object.at("properties").items()) keys.push_back(key);
  std::string known;
  std::set<std::string> missing;
  for (const Problem& problem : Parse(kind, prefix + "unknown_key: 1" + suffix)) {
    if (problem.what.find("is not a known key") == 0) known = problem.remedy;
    if (problem.what == "is missing") {
      missing.insert(problem.field.substr(problem.field.rfind('.') + 1));
    }
  }
  CHECK(known == "write one of " + absl::StrJoin(keys, ", "));
  std::set<std::string> required = object.at("required").get<std::set<std::string>>();
  for (const std::string& key : required) CHECK(missing.count(key) == 1);
  if (prefix.empty()) CHECK(missing == required);
  CHECK(object.at("additionalProperties") == false);
}

Json Schema(const std::string& kind) {
  std::ifstream file(std::string(LIF_SOURCE_DIR) + "/docs/schema/" + kind + ".schema.json");
  return Json::parse(file);
}

TEST_CASE("The schemas have the parser's keys", "[catalog]") {
  for (const char* kind : {"catalog", "base", "module", "template", "manifest"}) {
    CheckKeys(kind, Schema(kind), "", "\n");
  }
}

TEST_CASE("The schemas have the keys of what is inside, too", "[catalog]") {
  const Json module = Schema("module").at("properties");
  const Json image_template = Schema("template").at("properties");
  const Json base = Schema("base").at("properties");
  const Json manifest = Schema("manifest").at("properties");
  CheckKeys("module", module.at("tests").at("items"), "tests: [{", "}]\n");
  CheckKeys("module", module.at("secrets").at("items"), "secrets: [{", "}]\n");
  CheckKeys("template", image_template.at("slots").at("items"), "slots: [{", "}]\n");
  CheckKeys("template", image_template.at("config"), "config: {", "}\n");
  CheckKeys("base", base.at("platforms").at("properties").at("linux/amd64"),
            "platforms: {linux/amd64: {", "}}\n");
  CheckKeys("manifest",
            manifest.at("modules").at("properties").at("core").at("items").at("oneOf").at(1),
            "modules: {core: [{", "}]}\n");
}

}  // namespace
}  // namespace lif
