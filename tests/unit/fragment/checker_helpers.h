// What the tests of the fragment checker share.
#pragma once

#include <string>
#include <vector>

#include "common/fragment/fragment_checker.h"

namespace lif {

inline FragmentScope TestScope(bool app_slot = true) {
  FragmentScope scope;
  scope.app_slot = app_slot;
  scope.args = {"PORT", "PREFIX"};
  scope.secrets = {"npm-token"};
  scope.files = {"app.py", "conf/site.conf", "conf/tls.conf", "with space.txt"};
  return scope;
}

inline std::vector<std::string> Check(const std::string& text, const FragmentScope& scope) {
  std::vector<std::string> messages;
  for (const Problem& problem : CheckFragment(ParseFragment(text), scope).problems) {
    messages.push_back(problem.ToString());
  }
  return messages;
}

}  // namespace lif
