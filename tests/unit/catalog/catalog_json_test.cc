#include "common/catalog/catalog_json.h"

#include "common/catalog/resolve.h"
#include "tests/support/catch.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {
namespace {

Module FullModule() {
  Module module;
  module.name = "m";
  module.version = "1.0.0-rc.1";
  module.slot = Slot::kLight;
  module.summary = "Café ✓";
  module.args = {{"A", ""}, {"B", "x y"}};
  module.platforms = {{"linux", "amd64"}, {"linux", "arm64"}};
  module.requires_ = {"gpu"};
  module.needs = {{"n", "^1.0.0"}};
  module.conflicts = {{"c", "*"}};
  module.provides = {"P"};
  module.tests = {
      {"t", {"sh", "-c", "a\nb \"$c\""}, "out", absl::Milliseconds(1), TestNetwork::kLoopback},
      {"u", {"x"}, std::nullopt, absl::Minutes(30), TestNetwork::kNone}};
  module.secrets = {{"s", "2"}};
  module.fragment = "RUN a \\\n  b\n";
  module.files = {{"f", std::string(64, 'a'), 16ull << 20, true}};
  return module;
}

TEST_CASE("Documents give back the value that was written", "[catalog]") {
  CHECK(*ModuleFromJson(ToJson(FullModule())) == FullModule());
  Catalog catalog = CatalogFixture().Load().catalog;
  for (const auto& [ref, module] : catalog.modules)
    CHECK(*ModuleFromJson(ToJson(module)) == module);
  for (const auto& [ref, value] : catalog.templates)
    CHECK(*TemplateFromJson(ToJson(value)) == value);
  for (const auto& [name, base] : catalog.bases) CHECK(*BaseFromJson(ToJson(base)) == base);
  for (const auto& [id, value] : catalog.manifests)
    CHECK(*ManifestFromJson(ToJson(value)) == value);
}

TEST_CASE("Absent and empty stay apart", "[catalog]") {
  Template value;
  value.name = "t";
  value.config.entrypoint = std::vector<std::string>{};
  value.config.user = "";
  Template back = *TemplateFromJson(ToJson(value));
  CHECK(back == value);
  CHECK(back.config.entrypoint.has_value());
  CHECK_FALSE(back.config.command.has_value());
  CHECK(back.config.user == "");
  CHECK_FALSE(back.config.workdir.has_value());
}

TEST_CASE("The form of a document is fixed", "[catalog]") {
  Base base{"b", 5, {{{"linux", "amd64"}, {"r.test/b", "sha256:x"}}}};
  CHECK(
      ToJson(base) ==
      R"({"epoch":5,"name":"b","platforms":{"linux/amd64":{"digest":"sha256:x","image":"r.test/b"}}})");
  Manifest manifest;
  manifest.id = "m";
  manifest.modules[Slot::kApp] = {{"a", "1.0.0", {{"P", "1"}}}};
  CHECK(
      ToJson(manifest) ==
      R"({"base":"","id":"m","modules":{"app":[{"args":{"P":"1"},"name":"a","version":"1.0.0"}]},)"
      R"("platforms":[],"requires":[],"summary":"","template":{"name":"","version":""}})");
}

TEST_CASE("Documents that are malformed are errors, not exceptions", "[catalog]") {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("{}"), std::string("null"),
        std::string("{\"name\":1}"), std::string("\xff"), std::string(20000, '[')}) {
    CHECK(absl::IsInvalidArgument(ModuleFromJson(text).status()));
    CHECK(absl::IsInvalidArgument(TemplateFromJson(text).status()));
    CHECK(absl::IsInvalidArgument(BaseFromJson(text).status()));
    CHECK(absl::IsInvalidArgument(ManifestFromJson(text).status()));
  }
  CHECK(std::string(ModuleFromJson("{}").status().message())
            .find("the JSON document of a module is malformed: ") == 0);
}

TEST_CASE("Unknown keys are ignored, unknown values are not", "[catalog]") {
  std::string text = ToJson(FullModule());
  text.insert(1, "\"new_key\":[1],");
  CHECK(*ModuleFromJson(text) == FullModule());
  text.replace(text.find("\"light\""), 7, "\"dark\"");
  CHECK(std::string(ModuleFromJson(text).status().message()).find("unknown slot 'dark'") !=
        std::string::npos);
}

TEST_CASE("Text that is not UTF-8 does not end the program", "[catalog]") {
  Module module = FullModule();
  module.summary = "\xff";
  CHECK(ModuleFromJson(ToJson(module))->summary == "\uFFFD");
}

}  // namespace
}  // namespace lif
