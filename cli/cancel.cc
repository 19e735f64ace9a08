// lif cancel
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
    options->Add({.name = "--all-waiters", .help = "Stop it even if others wait for it too"},
                 &all_waiters_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    const auto channel = context.Channel();
    LIF_ASSIGN_OR_RETURN(const std::string id, ResolveBuildId(context, channel, ref_));
    v1::CancelBuildRequest request;
    request.set_build_id(id);
    request.set_tenant(tenant_);
    request.set_all_waiters(all_waiters_);
    const auto stub = v1::BuildService::NewStub(channel);
    LIF_ASSIGN_OR_RETURN(
        const auto reply,
        (Call<v1::BuildService::Stub, v1::CancelBuildRequest, v1::CancelBuildResponse>(
            context, *stub, &v1::BuildService::Stub::CancelBuild, request)));
    context.terminal.out(context.json() ? MessageJson(reply) : Told(reply, id));
    return ExitCode::kOk;
  }

 private:
  static std::string Told(const v1::CancelBuildResponse& reply, const std::string& id) {
    switch (reply.result()) {
      case v1::CANCEL_RESULT_CANCELLED:
        return absl::StrCat("cancelled before it began: ", id, "\n");
      case v1::CANCEL_RESULT_REQUESTED:
        return absl::StrCat("its executor is stopping it: ", id, "\n  see: lif status ", id, "\n");
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

  BuildRef ref_;
  std::string tenant_ = "default";
  bool all_waiters_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCancelCommand() {
  return std::make_unique<CancelCommand>();
}

}  // namespace lif
