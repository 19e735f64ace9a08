// lif build
#include <google/protobuf/util/time_util.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/artifacts.h"
#include "cli/build_local.h"
#include "cli/build_output.h"
#include "cli/build_wait.h"
#include "cli/commands.h"
#include "cli/error_text.h"
#include "cli/rpc.h"
#include "cli/table.h"
#include "cli/text.h"
#include "common/base/grpc_status.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kSubmitDeadline = absl::Seconds(60);
constexpr int kMaxSubmits = 3;
constexpr size_t kMaxWatched = 1000;  // of WatchBuilds

constexpr char kFooter[] =
    "Examples:\n"
    "  lif build --manifest-id python-web --platform linux/amd64 --wait\n"
    "  lif build --manifest-id python-web --manifest-id nginx-site\n\n"
    "The same build asked for again is answered from its record; --rerun says when to run again:\n"
    "  default    compatible and incompatible are reused; failed, error, cancelled run again\n"
    "  never      any record is reused\n"
    "  if-failed  all but compatible run again\n"
    "  always     runs again\n"
    "Ctrl-C while waiting leaves builds running.\n\n"
    "While you write a module, build from its directory, with nothing but Docker:\n"
    "  lif build --local --catalog catalog --manifest-id python-web\n"
    "The same stages run; results are left in .lif/local and recorded nowhere. Ctrl-C stops it.\n";

v1::RerunPolicy RerunOf(const std::string& name) {
  if (name == "never") return v1::RERUN_POLICY_NEVER;
  if (name == "if-failed") return v1::RERUN_POLICY_IF_FAILED;
  if (name == "always") return v1::RERUN_POLICY_ALWAYS;
  return v1::RERUN_POLICY_DEFAULT;
}

std::string_view DispositionText(v1::Disposition disposition) {
  switch (disposition) {
    case v1::DISPOSITION_REUSED:
      return "reused";
    case v1::DISPOSITION_JOINED:
      return "joined";
    case v1::DISPOSITION_QUEUED:
      return "queued";
    case v1::DISPOSITION_INVALID:
      return "invalid";
    default:
      return "unknown";
  }
}

bool Live(const v1::SubmittedBuild& build) {
  return build.disposition() == v1::DISPOSITION_QUEUED ||
         build.disposition() == v1::DISPOSITION_JOINED;
}

class BuildCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"build"}; }
  std::string Summary() const override { return "Build, test and record images of manifests"; }

  void AddOptions(OptionSet* options) override {
    options->Add(
        {.name = "--manifest-id", .value = "ID", .help = "Manifest to build", .required = true},
        &manifest_ids_);
    options->Add({.name = "--platform",
                  .value = "OS/ARCH",
                  .help = "Platform to build for; without it all that the manifest offers"},
                 &platforms_);
    options->Add({.name = "--wait", .help = "Follow to the end, and exit by the outcome"}, &wait_);
    options->Add({.name = "--timeout",
                  .value = "TIME",
                  .help = "With --wait: leave after this long, such as 30m; builds go on"},
                 &timeout_);
    options->Add({.name = "--rerun",
                  .value = "POLICY",
                  .help = "Which earlier outcomes run again",
                  .choices = {"default", "never", "if-failed", "always"}},
                 &rerun_);
    options->Add({.name = "--priority",
                  .value = "N",
                  .help = "-10 (last) to 10 (first); a step is worth ten minutes of waiting"},
                 &priority_);
    options->Add({.name = "--tenant",
                  .value = "NAME",
                  .help = "On whose account, for fairness between teams",
                  .env = "LIF_TENANT"},
                 &tenant_);
    options->Add({.name = "--reject-unschedulable",
                  .help = "Refuse a build that no registered executor serves, and queue the rest"},
                 &reject_unschedulable_);
    options->Add(
        {.name = "--local", .help = "Build here from --catalog, with Docker and without a factory"},
        &is_local_);
    AddLocalBuildOptions(options, &local_);
    options->SetFooter(kFooter);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    LIF_RETURN_IF_ERROR(CheckLocal());
    if (is_local_) return BuildLocally(context, local_, manifest_ids_, platforms_);
    std::shared_ptr<grpc::Channel> channel = context.Channel();
    LIF_ASSIGN_OR_RETURN(const v1::SubmitBuildsResponse reply, Submit(context, channel));
    for (const std::string& warning : reply.warnings()) {
      context.terminal.err(absl::StrCat(context.terminal.err_style.Paint(Tone::kWarn, "warning:"),
                                        " ", warning, "\n"));
    }
    if (!context.json()) PrintSubmitted(context, reply);
    std::vector<v1::SubmittedBuild> live;
    for (const v1::SubmittedBuild& build : reply.builds()) {
      if (Live(build)) live.push_back(build);
    }
    if (wait_ && !live.empty()) {
      LIF_RETURN_IF_ERROR(WaitForAll(context, channel, live));
      channel = context.Channel();  // the replica that the wait began with may be gone
    }
    return Report(context, channel, reply);
  }

 private:
  absl::Status CheckLocal() const {
    if (is_local_ && local_.catalog.empty()) {
      return absl::InvalidArgumentError("--local needs --catalog DIR, the catalog to build from");
    }
    if (!is_local_ && !local_.catalog.empty()) {
      return absl::InvalidArgumentError(
          "--catalog goes with --local; a factory builds what is published");
    }
    if (is_local_ && (rerun_ != "default" || priority_ != 0 || timeout_ > absl::ZeroDuration())) {
      return absl::InvalidArgumentError(
          "--rerun, --priority and --timeout are for a factory; leave them out with --local");
    }
    return absl::OkStatus();
  }

  v1::SubmitBuildsRequest Request(const CliContext& context) const {
    v1::SubmitBuildsRequest request;
    for (const std::string& id : manifest_ids_) {
      v1::BuildRequest* build = request.add_builds();
      build->set_manifest_id(id);
      for (const std::string& platform : platforms_) build->add_platforms(platform);
    }
    request.set_priority(priority_);
    request.set_rerun(RerunOf(rerun_));
    request.set_tenant(tenant_);
    request.set_reject_unschedulable(reject_unschedulable_);
    // The same for every try: a submit whose answer was lost is joined, not doubled.
    request.set_request_id(NewUlid(context.clock->Now()));
    return request;
  }

  absl::StatusOr<v1::SubmitBuildsResponse> Submit(
      CliContext& context, const std::shared_ptr<grpc::Channel>& channel) const {
    const auto stub = v1::BuildService::NewStub(channel);
    const v1::SubmitBuildsRequest request = Request(context);
    for (int tries = 1;; ++tries) {
      auto reply = Call<v1::BuildService::Stub, v1::SubmitBuildsRequest, v1::SubmitBuildsResponse>(
          context, *stub, &v1::BuildService::Stub::SubmitBuilds, request, kSubmitDeadline);
      if (reply.ok() || !absl::IsUnavailable(reply.status()) || tries == kMaxSubmits) return reply;
      // Only a control plane that answers says when; one that isn't there is told at once.
      const auto retry = RetryAfterOf(reply.status());
      if (!retry) return reply;
      const absl::Duration pause = std::clamp(*retry, absl::Milliseconds(100), absl::Seconds(10));
      context.terminal.err(absl::StrCat(context.terminal.err_style.Paint(Tone::kWarn, "!"), " ",
                                        std::string(reply.status().message()), "; trying again in ",
                                        DurationText(pause), "\n"));
      if (!context.clock->Sleep(pause, context.interrupt)) {
        return absl::CancelledError("interrupted before the builds were taken");
      }
    }
  }

  absl::Status WaitForAll(CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
                          const std::vector<v1::SubmittedBuild>& live) const {
    BuildWaitOptions options;
    if (timeout_ > absl::ZeroDuration()) options.timeout = timeout_;
    const absl::Duration started = context.clock->Steady();
    for (size_t from = 0; from < live.size(); from += kMaxWatched) {
      const size_t end = std::min(live.size(), from + kMaxWatched);
      if (from > 0 && timeout_ > absl::ZeroDuration()) {
        options.timeout = timeout_ - (context.clock->Steady() - started);
      }
      LIF_RETURN_IF_ERROR(
          WaitForBuilds(context, channel, {live.begin() + from, live.begin() + end}, options));
    }
    return absl::OkStatus();
  }

  // What became of each, before any waiting. A single one that is about to be reported in full has
  // one line at most.
  void PrintSubmitted(const CliContext& context, const v1::SubmitBuildsResponse& reply) const {
    const Style& style = context.terminal.err_style;
    for (const v1::SubmittedBuild& build : reply.builds()) {
      if (build.disposition() == v1::DISPOSITION_INVALID) {
        // Alone it needs no name: the reason has it.
        const std::string name =
            reply.builds_size() == 1
                ? ""
                : absl::StrCat(build.manifest_id(), build.platform().empty() ? "" : " on ",
                               build.platform(), ": ");
        context.terminal.err(
            ErrorText(absl::InvalidArgumentError(absl::StrCat(name, build.reason())), style));
      } else if (Live(build) && wait_) {
        context.terminal.err(
            absl::StrCat(style.Paint(Tone::kStrong, build.manifest_id()), " ", build.platform(),
                         "  ", std::string(DispositionText(build.disposition())), " as ",
                         style.Paint(Tone::kAccent, build.build_id()), "  ",
                         style.Paint(Tone::kDim, SafeForTerminal(build.reason(), style)), "\n"));
      }
    }
  }

  absl::StatusOr<ExitCode> Report(CliContext& context,
                                  const std::shared_ptr<grpc::Channel>& channel,
                                  const v1::SubmitBuildsResponse& reply) const {
    std::vector<ExitCode> codes;
    std::vector<BuildResult> results;  // of builds that are over
    for (const v1::SubmittedBuild& build : reply.builds()) {
      if (build.disposition() == v1::DISPOSITION_INVALID) codes.push_back(ExitCode::kUsage);
      if (!wait_ && Live(build)) continue;
      if (build.build_id().empty()) continue;
      LIF_ASSIGN_OR_RETURN(v1::Record record, GetRecord(context, channel, build.build_id()));
      codes.push_back(ExitCodeOf(record.outcome()));
      BuildResult result{build, std::move(record), ""};
      if (result.record.outcome() != v1::OUTCOME_COMPATIBLE) {
        result.log_tail = FailureTail(context, channel, result.record);
      }
      results.push_back(std::move(result));
    }
    if (context.json()) {
      context.terminal.out(BuildsJson(reply, results));
    } else {
      PrintResults(context, reply, results);
    }
    return WorstOf(codes);
  }

  void PrintResults(const CliContext& context, const v1::SubmitBuildsResponse& reply,
                    const std::vector<BuildResult>& results) const {
    const Terminal& terminal = context.terminal;
    PrintBuildResults(context, results);
    if (wait_) return;
    Table table{{{"MANIFEST"}, {"PLATFORM"}, {"STATE"}, {"BUILD"}, {"REASON", false, true}}, {}};
    std::string one;
    for (const v1::SubmittedBuild& build : reply.builds()) {
      if (!Live(build)) continue;
      one = one.empty() ? build.build_id() : "BUILD_ID";
      table.rows.push_back({{build.manifest_id(), Tone::kStrong},
                            build.platform(),
                            {std::string(DispositionText(build.disposition())), Tone::kAccent},
                            build.build_id(),
                            {build.reason(), Tone::kDim}});
    }
    if (table.rows.empty()) return;
    terminal.out(RenderTable(table, terminal.out_style, terminal.out_width));
    terminal.err(absl::StrCat("\nfollow with: lif status ", one, "  or: lif logs -f ", one, "\n"));
  }

  std::vector<std::string> manifest_ids_;
  std::vector<std::string> platforms_;
  std::string rerun_ = "default";
  std::string tenant_ = "default";
  int priority_ = 0;
  bool wait_ = false;
  bool reject_unschedulable_ = false;
  bool is_local_ = false;
  LocalBuildOptions local_;
  absl::Duration timeout_ = absl::ZeroDuration();
};

}  // namespace

std::unique_ptr<Command> MakeBuildCommand() {
  return std::make_unique<BuildCommand>();
}

}  // namespace lif
