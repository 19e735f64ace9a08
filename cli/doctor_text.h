// Findings of `lif doctor` as text. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/style.h"
#include "common/doctor/finding.h"

namespace lif {

struct FindingGroup {
  std::string where;  // "as the control plane sees it"
  std::vector<Finding> findings;
};

// A line each under its group's title, with what to do below those that want something, and a last
// line that counts.
std::string RenderFindings(const std::vector<FindingGroup>& groups, const Style& style);
std::string FindingsJson(const std::vector<FindingGroup>& groups);
bool HasProblem(const std::vector<FindingGroup>& groups);

}  // namespace lif
