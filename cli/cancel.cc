// lif cancel
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/build_ref.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "cli/text.h"
#include "common/base/status_macros.h"
#include "lif/v1/build_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kLongestWait = absl::Seconds(60);

class CancelCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"cancel"}; }
  std::string Summary() const override {
    return "Withdraw from a build; the last to leave stops it";
  }

  void AddOptions(OptionSet* options) override {
    AddBuildRef(options, &ref_);
    options->Add({.name = "--tenant",
                  .value = "NAME",
                  .help = "Whose interest in the build ends",
                  .env = "LIF_TENANT"},
                 &tenant_);
    options->Add({.name = "--all-waiters,--force",
                  .help = "Stop it even if others wait for it too (an operator's right)"},
                 &all_waiters_);
    options->Add({.name = "--timeout",
                  .value = "DURATION",
                  .help = "Wait so long for its executor to confirm that nothing of it runs"},
                 &timeout_);
    options->SetFooter(
        "When the answer says that it has ended, nothing of it runs any more. Exit code 3: it was "
        "told to\nstop, and has not confirmed that within the timeout (at most 60s).\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    const auto channel = context.Channel();
    LIF_ASSIGN_OR_RETURN(const std::string id, ResolveBuildId(context, channel, ref_));
    v1::CancelBuildRequest request;
    request.set_build_id(id);
    request.set_tenant(tenant_);
    request.set_all_waiters(all_waiters_);
    const absl::Duration wait = std::min(timeout_, kLongestWait);
    request.mutable_wait()->set_seconds(absl::ToInt64Seconds(wait));
    request.mutable_wait()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(wait % absl::Seconds(1))));
    const auto stub = v1::BuildService::NewStub(channel);
    LIF_ASSIGN_OR_RETURN(
        const auto reply,
        (Call<v1::BuildService::Stub, v1::CancelBuildRequest, v1::CancelBuildResponse>(
            context, *stub, &v1::BuildService::Stub::CancelBuild, request, kCallDeadline + wait)));
    context.terminal.out(context.json() ? MessageJson(reply) : Told(reply, id));
    return reply.result() == v1::CANCEL_RESULT_REQUESTED ? ExitCode::kUnavailable : ExitCode::kOk;
  }

 private:
  static std::string Told(const v1::CancelBuildResponse& reply, const std::string& id) {
    switch (reply.result()) {
      case v1::CANCEL_RESULT_CANCELLED:
        return absl::StrCat("cancelled before it began: ", id, "\n");
      case v1::CANCEL_RESULT_REQUESTED:
        return absl::StrCat("asked its executor to stop it, which is not confirmed yet: ", id,
                            "\n  see: lif status ", id, "\n");
      case v1::CANCEL_RESULT_ENDED:
        return EndedText(reply.build());
      case v1::CANCEL_RESULT_LEFT:
        return absl::StrCat("it goes on for others who wait for it: ", id,
                            "\n  to stop it all the same: lif cancel ", id, " --all-waiters\n");
      case v1::CANCEL_RESULT_ALREADY_DONE:
        return absl::StrCat("it was over before: ", id, " ",
                            std::string(OutcomeText(reply.build().outcome())), "\n");
      default:
        return absl::StrCat("answered with an unknown result: ", id, "\n");
    }
  }

  // Its verdict may have come before the cancellation.
  static std::string EndedText(const v1::Build& build) {
    const std::string outcome(OutcomeText(build.outcome()));
    const bool cancelled = outcome.empty() || build.outcome() == v1::OUTCOME_CANCELLED;
    return absl::StrCat(
        cancelled ? "cancelled, and nothing of it runs any more: "
                  : absl::StrCat("it ended as ", outcome, " before it could be stopped: "),
        build.build_id(), "\n");
  }

  BuildRef ref_;
  absl::Duration timeout_ = absl::Seconds(20);
  std::string tenant_ = "default";
  bool all_waiters_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCancelCommand() {
  return std::make_unique<CancelCommand>();
}

}  // namespace lif
