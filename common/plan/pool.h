// Which pool serves a build. Pure; control plane and executors compute it alike.
#pragma once

#include <string>
#include <vector>

#include "common/base/platform.h"

namespace lif {

// Without capabilities the platform's architecture ("amd64"); with some, their names joined by '-'
// ("gpu"), and the architecture appended where it is not amd64 ("gpu-arm64"). `capabilities` are
// sorted, as RequiredCapabilities answers them.
std::string PoolFor(const Platform& platform, const std::vector<std::string>& capabilities);

}  // namespace lif
