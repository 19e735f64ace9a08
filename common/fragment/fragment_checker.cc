#include "common/fragment/fragment_checker.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/near_match.h"
#include "common/fragment/checker_internal.h"
#include "common/fragment/shell_variables.h"

namespace lif {
namespace fragment_check {

void Context::Report(int line, std::string field, std::string what, std::string remedy) {
  if (report.problems.size() == kMaxFragmentProblems) return;
  report.problems.push_back({"", line, std::move(field), std::move(what), std::move(remedy)});
}

void Context::UseVariable(const std::string& name, int line, const std::string& field,
                          bool runtime) {
  if (report.env.count(name) > 0 || IsShellBuiltIn(name)) return;
  if (runtime && scope.args.count(name) > 0) {
    Report(line, field, absl::StrCat("$", name, " is an argument, and is not there at run time"),
           absl::StrCat("write ENV ", name, "=$", name, " above it"));
    return;
  }
  if (scope.args.count(name) > 0) return;
  if (!runtime && IsPlatformArgument(name)) {
    report.platform_args.insert(name);
    return;
  }
  report.free.emplace(name, FreeVariable{line, field, runtime});
}

bool CheckFlags(const Instruction& instruction, const std::vector<std::string>& allowed,
                Context* context) {
  bool good = true;
  for (const InstructionFlag& flag : instruction.flags) {
    if (std::find(allowed.begin(), allowed.end(), flag.name) != allowed.end()) continue;
    good = false;
    std::string options = allowed.empty() ? "remove it"
                                          : absl::StrCat("only --", absl::StrJoin(allowed, ", --"),
                                                         " may be written here");
    context->Report(flag.line, absl::StrCat(instruction.keyword, " --", flag.name),
                    absl::StrCat("is not allowed", DidYouMean(flag.name, allowed)), options);
  }
  return good;
}

void UseWordVariables(const Instruction& instruction, std::string_view text, size_t offset,
                      Context* context) {
  bool malformed = false;
  for (const VariableName& use : DockerfileVariables(text, &malformed)) {
    context->UseVariable(use.name, instruction.LineOf(offset + use.offset), instruction.keyword,
                         /*runtime=*/false);
  }
  if (!malformed) return;
  context->Report(instruction.LineOf(offset), instruction.keyword,
                  absl::StrCat("has a malformed variable in ", Quoted(text, 60)),
                  "write $NAME or ${NAME}, or \\$ for a dollar sign");
}

namespace {

using Check = void (*)(const Instruction&, Context*);

const std::map<std::string, Check>& Checks() {
  static const std::map<std::string, Check> kChecks = {
      {"RUN", CheckRun},
      {"COPY", CheckCopy},
      {"ADD", CheckAdd},
      {"ENV", CheckEnv},
      {"LABEL", CheckLabel},
      {"WORKDIR", CheckWorkdir},
      {"USER", CheckUser},
      {"EXPOSE", CheckExpose},
      {"VOLUME", CheckVolume},
      {"STOPSIGNAL", CheckStopsignal},
      {"SHELL", CheckShell},
      {"HEALTHCHECK", CheckHealthcheck},
      {"ENTRYPOINT", CheckEntrypoint},
      {"CMD", CheckEntrypoint},
  };
  return kChecks;
}

std::string RemedyFor(const std::string& keyword) {
  if (keyword == "FROM") return "remove it: the manifest says what the module stands on";
  if (keyword == "ARG") return "declare it under args in module.yaml, and use it as $NAME";
  if (keyword == "ONBUILD") return "remove it: an image of lif is not a base of docker build";
  if (keyword == "MAINTAINER") return "write a LABEL";
  return "";
}

void CheckInstruction(const Instruction& instruction, Context* context) {
  auto check = Checks().find(instruction.keyword);
  if (check != Checks().end()) return check->second(instruction, context);
  std::string remedy = RemedyFor(instruction.keyword);
  if (!remedy.empty()) {
    context->Report(instruction.first_line, instruction.keyword, "is not allowed in a fragment",
                    remedy);
    return;
  }
  std::vector<std::string> known;
  for (const auto& [keyword, unused] : Checks()) known.push_back(keyword);
  context->Report(instruction.first_line, "instruction",
                  absl::StrCat(Quoted(instruction.keyword, 40), " is not known",
                               DidYouMean(instruction.keyword, known)),
                  "write one of docs/catalog-format.md; a line that goes on ends in a backslash");
}

}  // namespace
}  // namespace fragment_check

bool IsPlatformArgument(const std::string& name) {
  return name == "TARGETPLATFORM" || name == "TARGETOS" || name == "TARGETARCH";
}

FragmentReport CheckFragment(const Fragment& fragment, const FragmentScope& scope) {
  FragmentReport report;
  report.problems = fragment.problems;
  fragment_check::Context context{scope, report};
  for (const Instruction& instruction : fragment.instructions) {
    fragment_check::CheckInstruction(instruction, &context);
  }
  if (fragment.instructions.empty() && report.problems.empty()) {
    report.problems.push_back(
        {"", 0, "fragment", "has no instruction", "write at least one, such as RUN or COPY"});
  }
  SortProblems(report.problems);
  if (report.problems.size() > kMaxFragmentProblems) report.problems.resize(kMaxFragmentProblems);
  return report;
}

}  // namespace lif
