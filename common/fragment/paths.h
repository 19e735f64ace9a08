// Paths as fragments and templates may write them.
#pragma once

#include <string_view>

namespace lif {

// Absolute, without '..', '.', '//' or trailing '/', of [A-Za-z0-9._/@+-] only.
bool IsPlainAbsolutePath(std::string_view path);

// A part of the path is "..".
bool HasParentPart(std::string_view path);

}  // namespace lif
