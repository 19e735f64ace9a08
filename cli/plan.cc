// lif plan: what a build would do and why, without doing it.
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/manifest_selection.h"
#include "cli/plan_text.h"
#include "cli/rerun_name.h"
#include "cli/rpc.h"
#include "common/base/status_macros.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kPlanDeadline = absl::Seconds(60);

class PlanCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"plan"}; }
  std::string Summary() const override { return "Show what a build would do, and why"; }

  void AddOptions(OptionSet* options) override {
    AddManifestSelection(options, &selection_);
    options->Add({.name = "--rerun",
                  .value = "POLICY",
                  .help = "Which earlier outcomes run again, as of lif build",
                  .choices = RerunNames()},
                 &rerun_);
    options->Add({.name = "--limit",
                  .value = "N",
                  .help = "Show at most so many builds, 1 to 500; totals count all"},
                 &limit_);
    options->SetFooter(
        "Each layer of the tree is reused (it stands ready), joined (another build is making it) "
        "or built,\nonce for all that stand on it. Times are what the same or the newest like it "
        "took.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    LIF_RETURN_IF_ERROR(CheckManifestSelection(selection_));
    if (limit_ < 1 || limit_ > 500) {
      return absl::InvalidArgumentError(absl::StrCat("--limit: '", limit_, "' is not 1 to 500"));
    }
    const auto channel = context.Channel();
    v1::PlanBuildsRequest request;
    LIF_ASSIGN_OR_RETURN(const std::vector<v1::BuildRequest> builds,
                         SelectBuilds(context, channel, selection_));
    for (const v1::BuildRequest& build : builds) *request.add_builds() = build;
    request.set_rerun(RerunOf(rerun_));
    request.set_limit(limit_);
    const auto stub = v1::BuildService::NewStub(channel);
    LIF_ASSIGN_OR_RETURN(
        const auto plan,
        (Call<v1::BuildService::Stub, v1::PlanBuildsRequest, v1::PlanBuildsResponse>(
            context, *stub, &v1::BuildService::Stub::PlanBuilds, request, kPlanDeadline)));
    const Terminal& terminal = context.terminal;
    for (const std::string& warning : plan.warnings()) {
      terminal.err(
          absl::StrCat(terminal.err_style.Paint(Tone::kWarn, "warning:"), " ", warning, "\n"));
    }
    terminal.out(context.json() ? MessageJson(plan) : RenderPlan(plan, terminal.out_style));
    return plan.builds_invalid() > 0 ? ExitCode::kUsage : ExitCode::kOk;
  }

 private:
  ManifestSelection selection_;
  std::string rerun_ = "default";
  int limit_ = 100;
};

}  // namespace

std::unique_ptr<Command> MakePlanCommand() {
  return std::make_unique<PlanCommand>();
}

}  // namespace lif
