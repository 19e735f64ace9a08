// The answer of `lif impact` for people. Pure.
#pragma once

#include <string>

#include "cli/style.h"
#include "lif/v1/catalog_service.pb.h"

namespace lif {

// `what` is "module python3@1.0.0" or "base debian-12". Totals first, then the manifests that
// `impact` lists, and how many it does not.
std::string RenderImpact(const std::string& what, const v1::GetImpactResponse& impact,
                         const Style& style, size_t width);

}  // namespace lif
