// lif queues
#include "cli/commands.h"
#include "cli/fleet_text.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "common/base/status_macros.h"
#include "lif/v1/fleet_service.grpc.pb.h"

namespace lif {
namespace {

class QueuesCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"queues"}; }
  std::string Summary() const override {
    return "Show pools and tenants: what waits, runs, and who serves";
  }
  void AddOptions(OptionSet*) override {}

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    const auto stub = v1::FleetService::NewStub(context.Channel());
    LIF_ASSIGN_OR_RETURN(const auto reply,
                         (Call<v1::FleetService::Stub, v1::ListPoolsRequest, v1::ListPoolsResponse>(
                             context, *stub, &v1::FleetService::Stub::ListPools, {})));
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      terminal.out(MessageJson(reply));
    } else if (reply.pools_size() == 0) {
      terminal.err("no pool has work or executors\n");
    } else {
      terminal.out(RenderPools(reply.pools(), terminal.out_style, terminal.out_width));
      if (reply.tenants_size() > 0) {
        terminal.out("\n");
        terminal.out(RenderTenants(reply.tenants(), terminal.out_style, terminal.out_width));
      }
    }
    return ExitCode::kOk;
  }
};

}  // namespace

std::unique_ptr<Command> MakeQueuesCommand() {
  return std::make_unique<QueuesCommand>();
}

}  // namespace lif
