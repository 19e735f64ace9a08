// What a fragment may contain: allow-lists of instructions and flags (design.md §3). Whatever is
// not listed is refused, so that a new feature of BuildKit is closed until it has been thought
// about.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/problem.h"
#include "common/fragment/fragment.h"

namespace lif {

constexpr size_t kMaxFragmentProblems = 200;  // more are not told

// What the module declares around its fragment.
struct FragmentScope {
  bool app_slot = false;          // ENTRYPOINT and CMD are allowed
  std::set<std::string> args;     // names
  std::set<std::string> secrets;  // IDs
  std::set<std::string> files;    // paths under files/
};

// A $NAME that the module does not declare itself: a lower module must provide it.
struct FreeVariable {
  int line = 0;
  std::string field;     // instruction
  bool runtime = false;  // used when the image runs (CMD, ENTRYPOINT, HEALTHCHECK)
};

struct FragmentReport {
  std::vector<Problem> problems;             // the parser's too; sorted by line
  std::map<std::string, FreeVariable> free;  // first use of each name
  std::map<std::string, int> env;            // names that ENV sets → line
  std::set<std::string> platform_args;       // of TARGETPLATFORM, TARGETOS, TARGETARCH: used ones
};

// Pure; linear in the size of the fragment.
FragmentReport CheckFragment(const Fragment& fragment, const FragmentScope& scope);

// TARGETPLATFORM, TARGETOS, TARGETARCH: may be used without being declared.
bool IsPlatformArgument(const std::string& name);

}  // namespace lif
