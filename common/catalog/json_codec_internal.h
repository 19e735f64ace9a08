// Conversions between nlohmann::json and the parts of the model. Internal to catalog_json*.cc: it
// includes nlohmann, which public headers do not. A reader throws std::exception on a wrong shape;
// FromDocument turns that into a Status.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/catalog/model.h"

namespace lif::catalog_json {

using Json = nlohmann::json;

std::string Dump(const Json& document);

Json PlatformsToJson(const std::vector<Platform>& platforms);
std::vector<Platform> PlatformsFromJson(const Json& array);
Platform PlatformFromText(const std::string& text);

Json TestsToJson(const std::vector<ImageTest>& tests);
std::vector<ImageTest> TestsFromJson(const Json& array);

Slot SlotFromJson(const Json& value);

template <typename T>
Json OptionalToJson(const std::optional<T>& value) {
  return value.has_value() ? Json(*value) : Json(nullptr);
}

template <typename T>
std::optional<T> OptionalFromJson(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<T>();
}

// Parses `text` and calls `read`; what is an exception there is a Status here.
template <typename T, typename Read>
absl::StatusOr<T> FromDocument(std::string_view kind, std::string_view text, Read read) {
  try {
    return read(Json::parse(text));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("the JSON document of a ", std::string(kind),
                                                   " is malformed: ", error.what()));
  }
}

}  // namespace lif::catalog_json
