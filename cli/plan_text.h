// The answer of `lif plan` for people. Pure.
#pragma once

#include <string>

#include "cli/style.h"
#include "lif/v1/build_service.pb.h"

namespace lif {

// The layers of all builds as a tree from the base up, each once, with what becomes of them; then
// what is invalid and what records answer; then the totals.
std::string RenderPlan(const v1::PlanBuildsResponse& plan, const Style& style);

}  // namespace lif
