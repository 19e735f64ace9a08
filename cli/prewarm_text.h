// The answer of `lif prewarm` for people. Pure.
#pragma once

#include <string>

#include "cli/style.h"
#include "lif/v1/build_service.pb.h"

namespace lif {

// With `dry_run` it says what would be done.
std::string RenderPrewarm(const v1::PrewarmResponse& reply, bool dry_run, const Style& style,
                          size_t width);

}  // namespace lif
