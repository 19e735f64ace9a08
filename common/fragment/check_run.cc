// RUN, SHELL, and what runs later: HEALTHCHECK, ENTRYPOINT, CMD.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/fragment/checker_internal.h"
#include "common/fragment/run_mount.h"
#include "common/fragment/shell_variables.h"

namespace lif::fragment_check {
namespace {

// Notes what a shell text uses and does not set itself. `line_of` maps offsets to lines.
template <typename LineOf>
void UseShellVariables(std::string_view text, bool runtime, const std::string& field,
                       LineOf line_of, Context* context) {
  if (!context->posix_shell) return;
  ShellVariables variables = ScanShell(text);
  for (const VariableName& use : variables.used) {
    if (variables.assigned.count(use.name) > 0) continue;
    if (variables.reads_os_release && IsOsReleaseName(use.name)) continue;
    context->UseVariable(use.name, line_of(use.offset), field, runtime);
  }
}

void UseInstructionShell(const Instruction& instruction, bool runtime, Context* context) {
  UseShellVariables(
      instruction.text, runtime, instruction.keyword,
      [&](size_t offset) { return instruction.LineOf(offset); }, context);
}

void UseHeredocShell(const Heredoc& heredoc, Context* context) {
  // The shell expands nothing in a quoted heredoc that a command reads, and a script with its own
  // interpreter is not shell.
  if (heredoc.command && heredoc.quoted) return;
  std::string first = heredoc.content.substr(0, heredoc.content.find('\n'));
  bool other = absl::StartsWith(first, "#!") && !absl::StrContains(first, "sh");
  if (!heredoc.command && other) return;
  int line = heredoc.first_line;
  size_t counted = 0;  // uses come in ascending order: each line is counted once
  auto line_of = [&](size_t offset) {
    auto at = [&](size_t position) {
      return heredoc.content.begin() + static_cast<std::ptrdiff_t>(position);
    };
    line += static_cast<int>(std::count(at(counted), at(offset), '\n'));
    counted = offset;
    return line;
  };
  UseShellVariables(heredoc.content, /*runtime=*/false, "RUN", line_of, context);
}

void CheckRunFlags(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {"mount", "network"}, context);
  std::set<std::string> targets;
  for (const InstructionFlag& flag : instruction.flags) {
    if (flag.name == "network" && flag.value != "none") {
      context->Report(flag.line, "RUN --network",
                      absl::StrCat(Quoted(flag.value.value_or("")), " is not allowed"),
                      "write --network=none, or leave it out");
    }
    if (flag.name != "mount") continue;
    RunMount mount = ParseRunMount(flag.value.value_or(""), context->scope.secrets, flag.line,
                                   &context->report.problems);
    if (!mount.target.empty() && !targets.insert(mount.target).second) {
      context->Report(flag.line, "RUN --mount",
                      absl::StrCat("target ", Quoted(mount.target), " is mounted twice"),
                      "keep one of them");
    }
  }
}

bool IsDuration(const std::string& text) {
  absl::Duration duration;
  return absl::ParseDuration(text, &duration) && duration >= absl::ZeroDuration() &&
         duration <= absl::Hours(24);
}

void CheckHealthcheckFlags(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {"interval", "timeout", "start-period", "start-interval", "retries"},
             context);
  for (const InstructionFlag& flag : instruction.flags) {
    const std::string value = flag.value.value_or("");
    bool number =
        !value.empty() && value.size() <= 4 && std::all_of(value.begin(), value.end(), [](char c) {
          return absl::ascii_isdigit(static_cast<unsigned char>(c));
        });
    if (flag.name == "retries" ? number : IsDuration(value)) continue;
    context->Report(flag.line, absl::StrCat("HEALTHCHECK --", flag.name),
                    absl::StrCat(Quoted(value), " is malformed"),
                    flag.name == "retries" ? "write a number" : "write a duration such as 30s");
  }
}

}  // namespace

void CheckRun(const Instruction& instruction, Context* context) {
  CheckRunFlags(instruction, context);
  const bool script = instruction.heredoc && !instruction.heredoc->command;
  bool empty_exec = instruction.exec && instruction.exec->empty();
  if ((instruction.text.empty() && !script) || empty_exec) {
    context->Report(instruction.first_line, "RUN", "has no command", "write one, or remove it");
    return;
  }
  if (instruction.exec) return;  // no shell, and BuildKit expands nothing in it
  if (!script) UseInstructionShell(instruction, /*runtime=*/false, context);
  if (instruction.heredoc) UseHeredocShell(*instruction.heredoc, context);
}

void CheckShell(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {}, context);
  if (!instruction.exec || instruction.exec->empty() || (*instruction.exec)[0].empty()) {
    context->Report(instruction.first_line, "SHELL", "is not a list of words",
                    "write SHELL [\"/bin/bash\", \"-euo\", \"pipefail\", \"-c\"]");
    return;
  }
  std::string program = instruction.exec->front();
  program = program.substr(program.rfind('/') + 1);
  context->posix_shell = absl::EndsWith(program, "sh");
}

void CheckHealthcheck(const Instruction& instruction, Context* context) {
  CheckHealthcheckFlags(instruction, context);
  std::string type =
      absl::AsciiStrToUpper(instruction.text.substr(0, instruction.text.find_first_of(" \t")));
  if (type == "NONE" && instruction.text.size() == type.size() && instruction.flags.empty()) return;
  bool empty =
      instruction.text.size() == type.size() || (instruction.exec && instruction.exec->empty());
  if (type != "CMD" || empty) {
    context->Report(instruction.first_line, "HEALTHCHECK", "is neither NONE nor CMD with a command",
                    "write HEALTHCHECK [flags] CMD command");
    return;
  }
  if (!instruction.exec) UseInstructionShell(instruction, /*runtime=*/true, context);
}

void CheckEntrypoint(const Instruction& instruction, Context* context) {
  CheckFlags(instruction, {}, context);
  if (!context->scope.app_slot) {
    context->Report(instruction.first_line, instruction.keyword,
                    "is allowed only in a module of the app slot",
                    "write entrypoint and command in the template's config, or in the app module");
  }
  if (instruction.text.empty()) {
    context->Report(instruction.first_line, instruction.keyword, "has no command",
                    "write one, or remove it");
  }
  if (!instruction.exec) UseInstructionShell(instruction, /*runtime=*/true, context);
}

}  // namespace lif::fragment_check
