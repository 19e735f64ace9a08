// The version of this source tree, as --version prints it.
#pragma once

#include <string_view>

namespace lif {

std::string_view LifVersion();  // "0.1.0"

}  // namespace lif
