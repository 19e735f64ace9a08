#include "common/stitch/module_stage.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/catalog/semver.h"
#include "common/catalog/values.h"
#include "common/fragment/run_mount.h"
#include "common/fragment/words.h"
#include "common/stitch/quoting.h"

namespace lif {
namespace {

absl::Status Refuse(const Module& module, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(
      "module ", module.Ref(), " can't be rendered: ", what, "; publish a corrected version"));
}

FragmentScope ScopeOf(const Module& module) {
  FragmentScope scope;
  scope.app_slot = module.slot == Slot::kApp;
  for (const auto& [name, unused] : module.args) scope.args.insert(name);
  for (const SecretRef& secret : module.secrets) scope.secrets.insert(secret.id);
  for (const ModuleFile& file : module.files) scope.files.insert(file.path);
  return scope;
}

absl::Status CheckArguments(const ResolvedModule& resolved) {
  for (const auto& [name, value] : resolved.args) {
    if (!IsArgumentName(name) || IsReservedArgument(name)) {
      return Refuse(resolved.module, absl::StrCat("argument name ", Quoted(name)));
    }
    if (!IsSafeValue(value)) {
      return Refuse(resolved.module,
                    absl::StrCat("argument ", name, " has the value ", Quoted(value),
                                 ", which is not of ", std::string(kSafeCharacters)));
    }
  }
  return absl::OkStatus();
}

std::string PlatformArgument(const std::string& name, const Platform& platform) {
  if (name == "TARGETOS") return platform.os;
  if (name == "TARGETARCH") return platform.arch;
  return platform.ToString();
}

// ARG of a lower stage stays visible in one Dockerfile, but not above a layer that is taken from
// the registry. Emptying it makes both give the same bytes. ENV wins over an ARG from below, so a
// name that ENV sets is left alone.
std::string RenderArguments(const ResolvedModule& resolved, const FragmentReport& report,
                            const Platform& platform, StitchState* state) {
  std::map<std::string, std::string> own = resolved.args;
  for (const std::string& name : report.platform_args) {
    own[name] = PlatformArgument(name, platform);
  }
  std::string text;
  for (const auto& [name, value] : own)
    absl::StrAppend(&text, "ARG ", name, "=", QuoteWord(value), "\n");
  std::string hidden;
  for (const std::string& name : state->arguments) {
    if (own.count(name) == 0 && state->env.count(name) == 0)
      absl::StrAppend(&hidden, " ", name, "=\"\"");
  }
  if (!hidden.empty()) {
    absl::StrAppend(&text, "# Arguments of lower modules end here.\nARG", hidden, "\n");
  }
  for (const auto& [name, unused] : own) state->arguments.insert(name);
  return text;
}

std::string Options(const RunMount& mount) {
  std::string text;
  for (const auto& [name, value] : mount.options) absl::StrAppend(&text, ",", name, "=", value);
  return text;
}

std::string RenderMount(const RunMount& mount, const StageRequest& request) {
  switch (mount.type) {
    case MountType::kCache:
      return absl::StrCat("--mount=type=cache,id=lif/", request.recipe.trust_domain, "/",
                          request.platform.Slug(), "/", request.module.module.name, mount.target,
                          ",target=", mount.target, ",sharing=locked", Options(mount));
    case MountType::kSecret:
      return absl::StrCat("--mount=type=secret,id=", mount.secret, ",target=", mount.target,
                          ",required=true", Options(mount));
    case MountType::kTmpfs:
      break;
  }
  return absl::StrCat("--mount=type=tmpfs,target=", mount.target, Options(mount));
}

// The fragment's text with flags replaced where they stand: lines stay what they were.
std::string RenderFragment(const Fragment& fragment, const FragmentScope& scope,
                           const StageRequest& request) {
  const std::string& source = request.module.module.fragment;
  std::string text;
  size_t copied = 0;
  for (const Instruction& instruction : fragment.instructions) {
    for (const InstructionFlag& flag : instruction.flags) {
      std::string replacement;
      if (instruction.keyword == "COPY" && flag.name == "from") {
        replacement = "--from=" + ContextName(request.module.module.name);
      } else if (instruction.keyword == "RUN" && flag.name == "mount") {
        std::vector<Problem> checked_before;
        replacement = RenderMount(
            ParseRunMount(*flag.value, scope.secrets, flag.line, &checked_before), request);
      } else {
        continue;
      }
      absl::StrAppend(&text, source.substr(copied, flag.begin - copied), replacement);
      copied = flag.end;
    }
  }
  text += source.substr(copied);
  if (text.empty() || text.back() != '\n') text += '\n';
  return text;
}

// CMD as the engine will store it, and its reset by an ENTRYPOINT.
void FollowCommand(const Fragment& fragment, StitchState* state) {
  std::vector<std::string> shell = {"/bin/sh", "-c"};
  bool own_command = false;
  for (const Instruction& instruction : fragment.instructions) {
    if (instruction.keyword == "SHELL" && instruction.exec) shell = *instruction.exec;
    if (instruction.keyword == "ENTRYPOINT" && !own_command) state->command.reset();
    if (instruction.keyword != "CMD") continue;
    own_command = true;
    if (instruction.exec) {
      state->command = *instruction.exec;
    } else {
      state->command = shell;
      state->command->push_back(instruction.text);
    }
  }
}

}  // namespace

std::string ContextName(const std::string& module) {
  return "module-" + module;
}

std::string StageName(const Module& module) {
  return absl::StrCat(std::string(SlotName(module.slot)), "-", module.name);
}

absl::StatusOr<ModuleStage> RenderModuleStage(const StageRequest& request, StitchState* state) {
  const Module& module = request.module.module;
  if (!IsCatalogName(module.name) || !ParseSemVer(module.version).ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(module.Ref()), " is not the name@version of a module"));
  }
  LIF_RETURN_IF_ERROR(CheckArguments(request.module));
  const Fragment fragment = ParseFragment(module.fragment);
  const FragmentScope scope = ScopeOf(module);
  const FragmentReport report = CheckFragment(fragment, scope);
  if (!report.problems.empty()) {
    Problem first = report.problems.front();
    first.file = "fragment.Dockerfile";
    return Refuse(module, first.ToString());
  }
  ModuleStage stage;
  stage.name = StageName(module);
  stage.text = absl::StrCat("# ", module.Ref(), "\nFROM ", request.from, " AS ", stage.name,
                            "\nUSER 0:0\nWORKDIR /\nSHELL [\"/bin/sh\", \"-c\"]\n");
  stage.text += RenderArguments(request.module, report, request.platform, state);
  stage.fragment_line =
      1 + static_cast<int>(std::count(stage.text.begin(), stage.text.end(), '\n'));
  std::string body = RenderFragment(fragment, scope, request);
  stage.fragment_lines = static_cast<int>(std::count(body.begin(), body.end(), '\n'));
  stage.text += body;
  for (const auto& [name, unused] : report.env) state->env.insert(name);
  FollowCommand(fragment, state);
  return stage;
}

}  // namespace lif
