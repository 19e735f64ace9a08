// RUN --mount=…: the options that a fragment may give, and the flag that is rendered for them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/problem.h"

namespace lif {

enum class MountType { kCache, kSecret, kTmpfs };

struct RunMount {
  MountType type = MountType::kCache;
  std::string target;                          // absolute, normalised
  std::string secret;                          // last part of the target, of a secret
  std::map<std::string, std::string> options;  // uid, gid, mode, size as given
};

// Reads the value of one --mount flag; `secrets` are the IDs that the module declares. Everything
// wrong is appended to `problems` with `line`; the answer is of use only if nothing was.
RunMount ParseRunMount(std::string_view value, const std::set<std::string>& secrets, int line,
                       std::vector<Problem>* problems);

}  // namespace lif
