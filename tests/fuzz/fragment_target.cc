// The fragment's parser and checker, as a module of any slot.
#include "common/fragment/fragment_checker.h"
#include "tests/fuzz/problem_rules.h"

namespace lif {
namespace {

FragmentScope ScopeOf(bool app_slot) {
  FragmentScope scope;
  scope.app_slot = app_slot;
  scope.args = {"PORT", "PREFIX", "PACKAGES"};
  scope.secrets = {"npm-token"};
  scope.files = {"app.py", "conf/site.conf", "with space.txt"};
  return scope;
}

void CheckInstruction(const Instruction& instruction, std::string_view text) {
  FuzzRequire(instruction.first_line >= 1, "lines begin with 1");
  FuzzRequire(instruction.first_line <= instruction.last_line, "lines ascend");
  for (const InstructionFlag& flag : instruction.flags) {
    FuzzRequire(flag.begin < flag.end && flag.end <= text.size(), "a flag is in the text");
    const std::string_view written = text.substr(flag.begin, flag.end - flag.begin);
    FuzzRequire(written.substr(0, 2) == "--", "a flag is where it says");
    FuzzRequire(written.find_first_of(" \n\"'\\$`") == std::string_view::npos, "a flag is plain");
  }
}

bool IsNeverAllowed(const std::string& keyword) {
  for (const char* forbidden : {"FROM", "ONBUILD", "ARG", "MAINTAINER"}) {
    if (keyword == forbidden) return true;
  }
  return false;
}

}  // namespace

void FuzzOne(std::string_view input) {
  const Fragment fragment = ParseFragment(input);
  for (const Instruction& instruction : fragment.instructions) {
    CheckInstruction(instruction, input);
  }
  for (const bool app_slot : {false, true}) {
    const FragmentReport report = CheckFragment(fragment, ScopeOf(app_slot));
    RequireGoodProblems(report.problems, input);
    if (!report.problems.empty()) continue;
    for (const Instruction& instruction : fragment.instructions) {
      FuzzRequire(!IsNeverAllowed(instruction.keyword), "no forbidden instruction passes");
    }
  }
}

}  // namespace lif
