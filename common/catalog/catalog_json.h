// The JSON document of each catalog row: what PostgreSQL keeps, and what `lif catalog show` prints.
// Keys are sorted and nothing optional is left out, so equal values give equal bytes, and reading a
// document back gives the value that was written. The form is not what identity hashes (digests.h).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/catalog/model.h"

namespace lif {

// Text is UTF-8, as everything that the parser lets through is; other bytes become U+FFFD.
std::string ToJson(const Base& base);
std::string ToJson(const Module& module);
std::string ToJson(const Template& image_template);
std::string ToJson(const Manifest& manifest);

// INVALID_ARGUMENT that names the document and the key that is missing or of the wrong type.
// Keys that are not known are ignored, so that an older program reads a newer row.
absl::StatusOr<Base> BaseFromJson(std::string_view text);
absl::StatusOr<Module> ModuleFromJson(std::string_view text);
absl::StatusOr<Template> TemplateFromJson(std::string_view text);
absl::StatusOr<Manifest> ManifestFromJson(std::string_view text);

}  // namespace lif
