// The rerun policies as --rerun calls them.
#pragma once

#include <string>
#include <vector>

#include "lif/v1/build_service.pb.h"

namespace lif {

inline std::vector<std::string> RerunNames() {
  return {"default", "never", "if-failed", "always"};
}

inline v1::RerunPolicy RerunOf(const std::string& name) {
  if (name == "never") return v1::RERUN_POLICY_NEVER;
  if (name == "if-failed") return v1::RERUN_POLICY_IF_FAILED;
  if (name == "always") return v1::RERUN_POLICY_ALWAYS;
  return v1::RERUN_POLICY_DEFAULT;
}

}  // namespace lif
