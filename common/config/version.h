// The version of this source tree, as --version prints it.
#pragma once

#include <string>
#include <string_view>

namespace lif {

std::string_view LifVersion();  // "0.1.0"

// The commit that the program was built from, "0a1b2c3d4e5f"; "" when the build did not know it,
// and in tests, which would have to be linked anew after each commit (cmake/LifCommit.cmake).
std::string_view LifCommit();

// "lif 0.1.0 (commit 0a1b2c3d4e5f)"
std::string VersionText(std::string_view program);

}  // namespace lif
