// lif build
#include <google/protobuf/util/time_util.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/account_options.h"
#include "cli/artifacts.h"
#include "cli/build_local.h"
#include "cli/build_output.h"
#include "cli/build_submit.h"
#include "cli/build_summary.h"
#include "cli/build_wait.h"
#include "cli/commands.h"
#include "cli/error_text.h"
#include "cli/manifest_selection.h"
#include "cli/rerun_name.h"
#include "cli/rpc.h"
#include "cli/table.h"
#include "cli/text.h"
#include "common/base/status_macros.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {
namespace {

constexpr size_t kMaxWatched = 1000;  // of WatchBuilds

constexpr char kFooter[] =
    "Examples:\n"
    "  lif build --manifest-id python-web --platform linux/amd64 --wait\n"
    "  lif build --manifest-id python-web --manifest-id nginx-site\n"
    "  lif build --module openssl@3.0.1 --platform linux/amd64 --wait\n"
    "  lif build --all --validate-only\n\n"
    "The same build asked for again is answered from its record; --rerun says when to run again:\n"
    "  default    compatible and incompatible are reused; failed, error, cancelled run again\n"
    "  never      any record is reused\n"
    "  if-failed  all but compatible run again\n"
    "  always     runs again\n"
    "Ctrl-C while waiting leaves builds running.\n\n"
    "While you write a module, build from its directory, with nothing but Docker:\n"
    "  lif build --local --catalog catalog --manifest-id python-web\n"
    "The same stages run; results are left in .lif/local and recorded nowhere. Ctrl-C stops it.\n";

class BuildCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"build"}; }
  std::string Summary() const override { return "Build, test and record images of manifests"; }

  void AddOptions(OptionSet* options) override {
    AddManifestSelection(options, &selection_);
    options->Add({.name = "--wait", .help = "Follow to the end, and exit by the outcome"}, &wait_);
    options->Add({.name = "--timeout",
                  .value = "TIME",
                  .help = "With --wait: leave after this long, such as 30m; builds go on"},
                 &timeout_);
    options->Add({.name = "--validate-only",
                  .help = "Check, and say what would be built and why; nothing is queued"},
                 &validate_only_);
    options->Add({.name = "--rerun",
                  .value = "POLICY",
                  .help = "Which earlier outcomes run again",
                  .choices = RerunNames()},
                 &rerun_);
    AddAccountOptions(options, &account_);
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
    if (is_local_)
      return BuildLocally(context, local_, selection_.manifest_ids, selection_.platforms);
    std::shared_ptr<grpc::Channel> channel = context.Channel();
    LIF_ASSIGN_OR_RETURN(std::vector<v1::BuildRequest> builds,
                         SelectBuilds(context, channel, selection_));
    LIF_ASSIGN_OR_RETURN(const v1::SubmitBuildsResponse reply,
                         SubmitAll(context, channel, OptionsOf(std::move(builds))));
    for (const std::string& warning : reply.warnings()) {
      context.terminal.err(absl::StrCat(context.terminal.err_style.Paint(Tone::kWarn, "warning:"),
                                        " ", warning, "\n"));
    }
    if (!context.json()) PrintSubmitted(context, reply);
    if (validate_only_) return ReportChecked(context, reply);
    std::vector<v1::SubmittedBuild> live;
    for (const v1::SubmittedBuild& build : reply.builds()) {
      if (IsLive(build)) live.push_back(build);
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
    LIF_RETURN_IF_ERROR(CheckManifestSelection(selection_));
    if (is_local_ && selection_.manifest_ids.empty()) {
      return absl::InvalidArgumentError("--local builds manifests named with --manifest-id");
    }
    if (validate_only_ && (wait_ || is_local_)) {
      return absl::InvalidArgumentError(
          "--validate-only queues nothing: leave out --wait and --local");
    }
    if (is_local_ &&
        (rerun_ != "default" || account_.priority != 0 || timeout_ > absl::ZeroDuration())) {
      return absl::InvalidArgumentError(
          "--rerun, --priority and --timeout are for a factory; leave them out with --local");
    }
    return absl::OkStatus();
  }

  SubmitOptions OptionsOf(std::vector<v1::BuildRequest> builds) const {
    SubmitOptions options;
    options.builds = std::move(builds);
    options.rerun = RerunOf(rerun_);
    options.tenant = account_.tenant;
    options.priority = account_.priority;
    options.reject_unschedulable = reject_unschedulable_;
    options.validate_only = validate_only_;
    return options;
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

  static bool IsMany(const v1::SubmitBuildsResponse& reply) {
    return reply.builds_size() > kManyBuilds;
  }

  // What became of each, before any waiting. A single one that is about to be reported in full has
  // one line at most; many have a table of counts.
  void PrintSubmitted(const CliContext& context, const v1::SubmitBuildsResponse& reply) const {
    const Terminal& terminal = context.terminal;
    const Style& style = terminal.err_style;
    if (IsMany(reply)) {
      if (wait_) terminal.err(RenderSubmitSummary(reply, style, terminal.err_width));
      return;
    }
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
      } else if (IsLive(build) && wait_) {
        context.terminal.err(
            absl::StrCat(style.Paint(Tone::kStrong, build.manifest_id()), " ", build.platform(),
                         "  ", std::string(DispositionText(build.disposition())), " as ",
                         style.Paint(Tone::kAccent, build.build_id()), "  ",
                         style.Paint(Tone::kDim, SafeForTerminal(build.reason(), style)), "\n"));
      }
    }
  }

  // Of --validate-only: the exit code tells of what is invalid alone.
  absl::StatusOr<ExitCode> ReportChecked(const CliContext& context,
                                         const v1::SubmitBuildsResponse& reply) const {
    if (context.json()) {
      context.terminal.out(BuildsJson(reply, {}));
    } else {
      PrintLive(context, reply);
    }
    return reply.invalid() > 0 ? ExitCode::kUsage : ExitCode::kOk;
  }

  // Whether the record of a build is worth a call: of many that earlier records answer it is not.
  bool WantsRecord(const v1::SubmitBuildsResponse& reply, const v1::SubmittedBuild& build) const {
    if (build.build_id().empty()) return false;
    return IsLive(build) ? wait_ : !IsMany(reply);
  }

  absl::StatusOr<ExitCode> Report(CliContext& context,
                                  const std::shared_ptr<grpc::Channel>& channel,
                                  const v1::SubmitBuildsResponse& reply) const {
    std::vector<std::string> wanted;
    for (const v1::SubmittedBuild& build : reply.builds()) {
      if (WantsRecord(reply, build)) wanted.push_back(build.build_id());
    }
    LIF_ASSIGN_OR_RETURN(std::vector<v1::Record> records, GetRecords(context, channel, wanted));
    size_t next = 0;
    std::vector<ExitCode> codes;
    std::vector<BuildResult> results;  // of builds that are over
    for (const v1::SubmittedBuild& build : reply.builds()) {
      if (build.disposition() == v1::DISPOSITION_INVALID) codes.push_back(ExitCode::kUsage);
      if (!WantsRecord(reply, build)) {
        if (build.disposition() == v1::DISPOSITION_REUSED) {
          codes.push_back(ExitCodeOf(build.outcome()));
        }
        continue;
      }
      v1::Record& record = records[next++];
      codes.push_back(ExitCodeOf(record.outcome()));
      BuildResult result{build, std::move(record), ""};
      if (result.record.outcome() != v1::OUTCOME_COMPATIBLE && !IsMany(reply)) {
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
    if (!IsMany(reply)) {
      PrintBuildResults(context, results);
    } else if (wait_) {
      terminal.out(RenderOutcomeSummary(results, terminal.out_style, terminal.out_width));
    }
    if (!wait_) PrintLive(context, reply);
  }

  void PrintLive(const CliContext& context, const v1::SubmitBuildsResponse& reply) const {
    const Terminal& terminal = context.terminal;
    if (IsMany(reply)) {
      terminal.out(RenderSubmitSummary(reply, terminal.out_style, terminal.out_width));
      if (!validate_only_) terminal.err("\nfollow with: lif watch\n");
      return;
    }
    Table table{{{"MANIFEST"}, {"PLATFORM"}, {"STATE"}, {"BUILD"}, {"REASON", false, true}}, {}};
    std::string one;
    for (const v1::SubmittedBuild& build : reply.builds()) {
      const bool checked = validate_only_ && build.disposition() == v1::DISPOSITION_REUSED;
      if (!IsLive(build) && !checked) continue;
      one = one.empty() ? build.build_id() : "BUILD_ID";
      table.rows.push_back({{build.manifest_id(), Tone::kStrong},
                            build.platform(),
                            {std::string(DispositionText(build.disposition())), Tone::kAccent},
                            build.build_id(),
                            {build.reason(), Tone::kDim}});
    }
    if (table.rows.empty()) return;
    terminal.out(RenderTable(table, terminal.out_style, terminal.out_width));
    if (validate_only_) return;
    terminal.err(absl::StrCat("\nfollow with: lif status ", one, "  or: lif logs -f ", one, "\n"));
  }

  ManifestSelection selection_;
  std::string rerun_ = "default";
  Account account_;
  bool wait_ = false;
  bool reject_unschedulable_ = false;
  bool validate_only_ = false;
  bool is_local_ = false;
  LocalBuildOptions local_;
  absl::Duration timeout_ = absl::ZeroDuration();
};

}  // namespace

std::unique_ptr<Command> MakeBuildCommand() {
  return std::make_unique<BuildCommand>();
}

}  // namespace lif
