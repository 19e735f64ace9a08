#include <stdexcept>

#include "common/catalog/json_codec_internal.h"

namespace lif::catalog_json {
namespace {

Json TestToJson(const ImageTest& test) {
  return Json{{"name", test.name},
              {"run", test.run},
              {"expect_stdout", OptionalToJson(test.expect_stdout)},
              {"timeout_ms", absl::ToInt64Milliseconds(test.timeout)},
              {"network", test.network == TestNetwork::kLoopback ? "loopback" : "none"}};
}

TestNetwork TestNetworkFromJson(const Json& value) {
  const auto text = value.get<std::string>();
  if (text == "none") return TestNetwork::kNone;
  if (text == "loopback") return TestNetwork::kLoopback;
  throw std::runtime_error("unknown test network '" + text + "'");
}

ImageTest TestFromJson(const Json& value) {
  ImageTest test;
  test.name = value.at("name").get<std::string>();
  test.run = value.at("run").get<std::vector<std::string>>();
  test.expect_stdout = OptionalFromJson<std::string>(value.at("expect_stdout"));
  test.timeout = absl::Milliseconds(value.at("timeout_ms").get<int64_t>());
  test.network = TestNetworkFromJson(value.at("network"));
  return test;
}

}  // namespace

std::string Dump(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Platform PlatformFromText(const std::string& text) {
  absl::StatusOr<Platform> platform = ParsePlatform(text);
  if (!platform.ok()) throw std::runtime_error(std::string(platform.status().message()));
  return *std::move(platform);
}

Json PlatformsToJson(const std::vector<Platform>& platforms) {
  Json array = Json::array();
  for (const Platform& platform : platforms) array.push_back(platform.ToString());
  return array;
}

std::vector<Platform> PlatformsFromJson(const Json& array) {
  std::vector<Platform> platforms;
  for (const auto& text : array.get<std::vector<std::string>>()) {
    platforms.push_back(PlatformFromText(text));
  }
  return platforms;
}

Json TestsToJson(const std::vector<ImageTest>& tests) {
  Json array = Json::array();
  for (const ImageTest& test : tests) array.push_back(TestToJson(test));
  return array;
}

std::vector<ImageTest> TestsFromJson(const Json& array) {
  if (!array.is_array()) throw std::runtime_error("'tests' is not a list");
  std::vector<ImageTest> tests;
  for (const Json& test : array) tests.push_back(TestFromJson(test));
  return tests;
}

Slot SlotFromJson(const Json& value) {
  const auto name = value.get<std::string>();
  std::optional<Slot> slot = ParseSlot(name);
  if (!slot.has_value()) throw std::runtime_error("unknown slot '" + name + "'");
  return *slot;
}

}  // namespace lif::catalog_json
