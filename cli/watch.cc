// lif watch: builds to their ends, or the whole factory.
#include "absl/strings/str_cat.h"
#include "cli/build_ref.h"
#include "cli/build_wait.h"
#include "cli/commands.h"
#include "cli/fleet_watch.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "cli/status_text.h"
#include "common/base/status_macros.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {
namespace {

constexpr size_t kMostBuilds = 1000;

v1::SubmittedBuild AsSubmitted(const v1::Build& build) {
  v1::SubmittedBuild submitted;
  submitted.set_build_id(build.build_id());
  submitted.set_manifest_id(build.manifest_id());
  submitted.set_platform(build.platform());
  submitted.set_disposition(v1::DISPOSITION_JOINED);
  return submitted;
}

class WatchCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"watch"}; }
  std::string Summary() const override { return "Follow builds to their ends, or the factory"; }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "BUILD_ID", .help = "Builds to follow; none: the whole factory"},
                 &build_ids_);
    options->Add(
        {.name = "--manifest-id", .value = "ID", .help = "The newest build of this manifest"},
        &manifest_id_);
    options->Add({.name = "--platform",
                  .value = "OS/ARCH",
                  .help = "With --manifest-id: the newest build on this platform"},
                 &platform_);
    options->Add({.name = "--period",
                  .value = "DURATION",
                  .help = "Of the whole factory: how often to look, 1s to 60s"},
                 &period_);
    options->SetFooter(
        "A control plane that goes away is waited for, and of several (--server A,B) the next is "
        "asked. On\na terminal the view is redrawn in place; elsewhere each change is a line. The "
        "exit code is the worst\noutcome's. Ctrl-C leaves the builds to themselves.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    if (build_ids_.empty() && manifest_id_.empty()) return WatchFleet(context, period_);
    std::vector<std::string> ids;
    const auto channel = context.Channel();
    for (const std::string& id : build_ids_) {
      LIF_ASSIGN_OR_RETURN(std::string resolved, ResolveBuildId(context, channel, {id, "", ""}));
      ids.push_back(std::move(resolved));
    }
    if (!manifest_id_.empty()) {
      LIF_ASSIGN_OR_RETURN(std::string newest,
                           ResolveBuildId(context, channel, {"", manifest_id_, platform_}));
      ids.push_back(std::move(newest));
    }
    if (ids.size() > kMostBuilds) {
      return absl::InvalidArgumentError(absl::StrCat("watch at most ", kMostBuilds, " builds"));
    }
    if (context.json()) return PrintEvents(context, ids);
    return Follow(context, channel, ids);
  }

 private:
  static absl::StatusOr<ExitCode> Follow(CliContext& context,
                                         const std::shared_ptr<grpc::Channel>& channel,
                                         const std::vector<std::string>& ids) {
    std::vector<v1::SubmittedBuild> live;
    for (const std::string& id : ids) {
      LIF_ASSIGN_OR_RETURN(const v1::Build build, GetBuild(context, channel, id));
      if (build.state() != v1::BUILD_STATE_DONE) live.push_back(AsSubmitted(build));
    }
    if (!live.empty()) LIF_RETURN_IF_ERROR(WaitForBuilds(context, channel, live, {}));
    // The one that answered at the start may be gone.
    const auto now_serving = context.Channel();
    v1::ListBuildsResponse over;
    std::vector<ExitCode> codes;
    for (const std::string& id : ids) {
      LIF_ASSIGN_OR_RETURN(*over.add_builds(), GetBuild(context, now_serving, id));
      codes.push_back(ExitCodeOf(over.builds(over.builds_size() - 1).outcome()));
    }
    const Terminal& terminal = context.terminal;
    terminal.out(RenderBuildList(over.builds(), terminal.out_style, context.clock->Now(),
                                 terminal.out_width));
    return WorstOf(codes);
  }

  static absl::StatusOr<ExitCode> PrintEvents(CliContext& context,
                                              const std::vector<std::string>& ids) {
    BuildWatch watch(&context, context.Channel(), ids);
    watch.Start();
    std::vector<ExitCode> codes;
    while (!context.interrupt.stop_requested()) {
      const auto update = watch.Next(absl::Seconds(1));
      if (!update) continue;
      if (update->kind == WatchUpdate::Kind::kEnd) {
        if (!update->status.ok()) return update->status;
        return WorstOf(codes);
      }
      if (update->kind != WatchUpdate::Kind::kEvent) continue;
      context.terminal.out(MessageJsonLine(update->event));
      if (update->event.last()) codes.push_back(ExitCodeOf(update->event.outcome()));
    }
    return ExitCode::kInterrupted;
  }

  std::vector<std::string> build_ids_;
  std::string manifest_id_;
  std::string platform_;
  absl::Duration period_ = absl::Seconds(2);
};

}  // namespace

std::unique_ptr<Command> MakeWatchCommand() {
  return std::make_unique<WatchCommand>();
}

}  // namespace lif
