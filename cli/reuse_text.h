// How the layers of a build came about, and what reuse saved. Pure.
#pragma once

#include <string>

#include "cli/style.h"
#include "lif/v1/build_service.pb.h"

namespace lif {

// "" for a build that is not over, or has no layers recorded.
std::string RenderReuse(const v1::GetBuildResponse& build, const Style& style, size_t width);

}  // namespace lif
