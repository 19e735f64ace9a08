// lif executors
#include "cli/commands.h"
#include "cli/fleet_text.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "common/base/status_macros.h"
#include "lif/v1/fleet_service.grpc.pb.h"

namespace lif {
namespace {

class ExecutorsCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"executors"}; }
  std::string Summary() const override { return "List the executors and what they do"; }
  void AddOptions(OptionSet* options) override {
    options->Add({.name = "--pool", .value = "NAME", .help = "Of this pool"}, &pool_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    const auto stub = v1::FleetService::NewStub(context.Channel());
    v1::ListExecutorsRequest request;
    request.set_pool(pool_);
    request.set_page_size(1000);
    v1::ListExecutorsResponse all;
    do {
      request.set_page_token(all.next_page_token());
      LIF_ASSIGN_OR_RETURN(
          const v1::ListExecutorsResponse page,
          (Call<v1::FleetService::Stub, v1::ListExecutorsRequest, v1::ListExecutorsResponse>(
              context, *stub, &v1::FleetService::Stub::ListExecutors, request)));
      all.mutable_executors()->MergeFrom(page.executors());
      all.set_next_page_token(page.next_page_token());
    } while (!all.next_page_token().empty());
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      terminal.out(MessageJson(all));
    } else if (all.executors_size() == 0) {
      terminal.err(
          "no executor is registered, so nothing is built\n"
          "start one with: lif-executor --config FILE   (deploy/quickstart starts one)\n");
    } else {
      terminal.out(RenderExecutors(all.executors(), terminal.out_style, context.clock->Now(),
                                   terminal.out_width));
    }
    return ExitCode::kOk;
  }

 private:
  std::string pool_;
};

}  // namespace

std::unique_ptr<Command> MakeExecutorsCommand() {
  return std::make_unique<ExecutorsCommand>();
}

}  // namespace lif
