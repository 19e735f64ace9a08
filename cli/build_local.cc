#include "cli/build_local.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "cli/artifacts.h"
#include "cli/build_output.h"
#include "cli/build_wait.h"
#include "cli/local_process.h"
#include "cli/text.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr uint64_t kMaxErrorFile = 1 << 20;

struct Wanted {
  std::string manifest_id;
  std::string platform;  // "": this machine's
};

std::vector<std::string> CommandFor(const CliContext& context, const LocalBuildOptions& options,
                                    const Wanted& wanted) {
  std::vector<std::string> argv = {
      context.executor_program, "local", "--catalog=" + options.catalog,
      "--manifest-id=" + wanted.manifest_id, "--state-dir=" + options.state_dir};
  if (!wanted.platform.empty()) argv.push_back("--platform=" + wanted.platform);
  if (!options.base_from.empty()) argv.push_back("--base-from=" + options.base_from);
  if (!options.secret_dir.empty()) argv.push_back("--secret-dir=" + options.secret_dir);
  for (const std::string& name : options.capabilities) argv.push_back("--capability=" + name);
  return argv;
}

absl::Status CheckProgram(const CliContext& context) {
  if (access(context.executor_program.c_str(), X_OK) == 0) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat("--local needs the program lif-executor beside lif, and there is no ",
                   context.executor_program,
                   "; compile it (ninja -C build/release lif-executor), or install it"));
}

std::string FailureTailOf(const LocalProcess& process) {
  const std::string file =
      absl::StrCat(process.directory(), "/error-", process.record().build_id(), ".json");
  const auto text = ReadFile(file, kMaxErrorFile);
  return text.ok() ? TailOfErrorFile(*text) : "";
}

absl::StatusOr<BuildResult> BuildOne(CliContext& context, const LocalBuildOptions& options,
                                     const Wanted& wanted) {
  LocalProcess process(CommandFor(context, options, wanted), context.interrupt);
  LIF_ASSIGN_OR_RETURN(const v1::SubmittedBuild submitted, process.Begin());
  const Style& style = context.terminal.err_style;
  if (!context.json()) {
    context.terminal.err(absl::StrCat(style.Paint(Tone::kStrong, submitted.manifest_id()), " ",
                                      submitted.platform(), "  local build ",
                                      style.Paint(Tone::kAccent, submitted.build_id()), "\n"));
  }
  BuildWaitOptions wait;
  wait.ends_with_us = true;
  const absl::Status followed = FollowBuilds(context, {submitted}, wait, process);
  if (context.interrupt.stop_requested()) {
    return absl::CancelledError("interrupted; the build was stopped, and nothing of it runs on");
  }
  LIF_RETURN_IF_ERROR(followed);
  if (!process.remarks().empty()) {
    context.terminal.err(style.Paint(Tone::kDim, SafeForTerminal(process.remarks(), style)));
  }
  BuildResult result{submitted, process.record(), "", process.directory()};
  if (result.record.outcome() != v1::OUTCOME_COMPATIBLE) result.log_tail = FailureTailOf(process);
  return result;
}

}  // namespace

void AddLocalBuildOptions(OptionSet* options, LocalBuildOptions* local) {
  options->Add({.name = "--catalog", .value = "DIR", .help = "With --local: catalog to build from"},
               &local->catalog);
  options->Add({.name = "--base-from",
                .value = "DIR",
                .help = "With --local: pinned catalog of this site, whose bases and variables "
                        "count when a base of --catalog has no digest",
                .env = "LIF_BASE_FROM"},
               &local->base_from);
  options->Add({.name = "--state-dir",
                .value = "DIR",
                .help = "With --local: where results are left",
                .env = "LIF_LOCAL_DIR"},
               &local->state_dir);
  options->Add({.name = "--secret-dir",
                .value = "DIR",
                .help = "With --local: one file for each build secret, named by its ID",
                .env = "LIF_SECRET_DIR"},
               &local->secret_dir);
  options->Add({.name = "--capability",
                .value = "NAME",
                .help = "With --local: what this machine offers beyond its platform, such as gpu"},
               &local->capabilities);
}

absl::StatusOr<ExitCode> BuildLocally(CliContext& context, const LocalBuildOptions& options,
                                      const std::vector<std::string>& manifest_ids,
                                      const std::vector<std::string>& platforms) {
  LIF_RETURN_IF_ERROR(CheckProgram(context));
  std::vector<Wanted> wanted;
  for (const std::string& id : manifest_ids) {
    if (platforms.empty()) wanted.push_back({id, ""});
    for (const std::string& platform : platforms) wanted.push_back({id, platform});
  }
  v1::SubmitBuildsResponse reply;
  std::vector<BuildResult> results;
  std::vector<ExitCode> codes;
  for (const Wanted& build : wanted) {
    LIF_ASSIGN_OR_RETURN(BuildResult result, BuildOne(context, options, build));
    *reply.add_builds() = result.submitted;
    codes.push_back(ExitCodeOf(result.record.outcome()));
    results.push_back(std::move(result));
  }
  reply.set_queued(reply.builds_size());
  if (context.json()) {
    context.terminal.out(BuildsJson(reply, results));
  } else {
    PrintBuildResults(context, results);
  }
  return WorstOf(codes);
}

}  // namespace lif
