// SPDX 2.3 documents for tests.
#pragma once

#include <string>
#include <vector>

namespace lif {

// A document as scanners write them, for the image "image" with packages of these URLs.
std::string SpdxOf(const std::vector<std::string>& purls);

}  // namespace lif
