// The answer of `lif diff` for people. Pure.
#pragma once

#include <string>

#include "cli/style.h"
#include "lif/v1/record_service.pb.h"

namespace lif {

// Grouped by what differs, with one line that sums up.
std::string RenderDiff(const v1::DiffBuildsResponse& diff, const Style& style);

}  // namespace lif
