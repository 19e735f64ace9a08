// lif status: the factory, or one build.
#include "cli/build_ref.h"
#include "cli/commands.h"
#include "cli/fleet_text.h"
#include "cli/json_internal.h"
#include "cli/json_output.h"
#include "cli/reuse_text.h"
#include "cli/rpc.h"
#include "cli/status_text.h"
#include "common/base/status_macros.h"
#include "lif/v1/build_service.grpc.pb.h"
#include "lif/v1/fleet_service.grpc.pb.h"

namespace lif {
namespace {

class StatusCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"status"}; }
  std::string Summary() const override { return "Show one build, or the whole factory"; }

  void AddOptions(OptionSet* options) override {
    AddBuildRef(options, &ref_);
    options->SetFooter(
        "Without a build: pools, executors, stores and the newest builds. With one, the exit code "
        "is its\noutcome's, and 0 while it is not over.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    const auto channel = context.Channel();
    if (ref_.build_id.empty() && ref_.manifest_id.empty()) return ShowFactory(context, channel);
    LIF_ASSIGN_OR_RETURN(const std::string id, ResolveBuildId(context, channel, ref_));
    return ShowBuild(context, channel, id);
  }

 private:
  static absl::StatusOr<ExitCode> ShowFactory(CliContext& context,
                                              const std::shared_ptr<grpc::Channel>& channel) {
    const auto stub = v1::FleetService::NewStub(channel);
    LIF_ASSIGN_OR_RETURN(
        const auto reply,
        (Call<v1::FleetService::Stub, v1::GetSummaryRequest, v1::GetSummaryResponse>(
            context, *stub, &v1::FleetService::Stub::GetSummary, {})));
    const Terminal& terminal = context.terminal;
    terminal.out(context.json() ? MessageJson(reply.summary())
                                : RenderSummary(reply.summary(), terminal.out_style,
                                                context.clock->Now(), terminal.out_width));
    return ExitCode::kOk;
  }

  static absl::StatusOr<ExitCode> ShowBuild(CliContext& context,
                                            const std::shared_ptr<grpc::Channel>& channel,
                                            const std::string& id) {
    const auto stub = v1::BuildService::NewStub(channel);
    v1::GetBuildRequest request;
    request.set_build_id(id);
    LIF_ASSIGN_OR_RETURN(const auto reply,
                         (Call<v1::BuildService::Stub, v1::GetBuildRequest, v1::GetBuildResponse>(
                             context, *stub, &v1::BuildService::Stub::GetBuild, request)));
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      terminal.out(BuildJson(reply).dump(2) + "\n");
    } else {
      terminal.out(RenderBuild(reply.build(), terminal.out_style, context.clock->Now()) +
                   RenderReuse(reply, terminal.out_style, terminal.out_width));
    }
    return ExitCodeOf(reply.build().outcome());
  }

  // The build, with its layers and what reuse saved beside its own fields.
  static nlohmann::ordered_json BuildJson(const v1::GetBuildResponse& reply) {
    nlohmann::ordered_json json = MessageToJson(reply.build());
    nlohmann::ordered_json rest = MessageToJson(reply);
    json["layers"] = rest["layers"];
    json["saved"] = rest["saved"];
    return json;
  }

  BuildRef ref_;
};

}  // namespace

std::unique_ptr<Command> MakeStatusCommand() {
  return std::make_unique<StatusCommand>();
}

}  // namespace lif
