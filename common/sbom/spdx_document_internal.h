// A checked SPDX document as JSON, for this folder.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sbom/package.h"

namespace lif {

// Checks as SpdxPackages says.
absl::StatusOr<nlohmann::json> ParseSpdx(std::string_view text);
std::vector<Package> PackagesOf(const nlohmann::json& document);

}  // namespace lif
