// What `lif build` tells of many builds: counts, and what needs a look. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/build_report.h"
#include "cli/style.h"
#include "lif/v1/build_service.pb.h"

namespace lif {

// With more builds than these, a line for each would bury what matters.
inline constexpr int kManyBuilds = 50;

// Answers in batches, as one.
void Merge(const v1::SubmitBuildsResponse& part, v1::SubmitBuildsResponse* whole);

// What became of the builds asked for: a row for each platform, and why some are invalid.
std::string RenderSubmitSummary(const v1::SubmitBuildsResponse& reply, const Style& style,
                                size_t width);

// How builds that were waited for ended: counts, then a row for each that is not compatible.
std::string RenderOutcomeSummary(const std::vector<BuildResult>& results, const Style& style,
                                 size_t width);

}  // namespace lif
