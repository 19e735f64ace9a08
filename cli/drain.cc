// lif drain
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "cli/text.h"
#include "common/base/status_macros.h"
#include "lif/v1/fleet_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kPeriod = absl::Seconds(1);

class DrainCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"drain"}; }
  std::string Summary() const override {
    return "Let an executor end what it runs, and begin nothing more";
  }

  void AddOptions(OptionSet* options) override {
    options->Add({.name = "EXECUTOR", .help = "Its ID, as `lif executors` prints it"}, &executor_);
    options->Add({.name = "--undo", .help = "Let it claim builds again"}, &undo_);
    options->Add({.name = "--wait", .help = "Wait until it runs nothing"}, &wait_);
    options->Add({.name = "--timeout",
                  .value = "DURATION",
                  .help = "With --wait: give up waiting then; it goes on draining"},
                 &timeout_);
    options->SetFooter(
        "A drained executor stays registered and idle until --undo, or until it is started "
        "again.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    if (executor_.empty()) {
      return absl::InvalidArgumentError("name an executor; lif executors lists them");
    }
    if (undo_ && wait_) {
      return absl::InvalidArgumentError("--undo and --wait exclude each other: give one of them");
    }
    const absl::Duration began = context.clock->Steady();
    LIF_ASSIGN_OR_RETURN(v1::DrainExecutorResponse reply, Ask(context));
    bool told = false;
    while (wait_ && reply.executor().build_ids_size() > 0) {
      if (!told) context.terminal.err(WaitText(reply.executor()));
      told = true;
      if (context.clock->Steady() - began > timeout_) {
        return absl::DeadlineExceededError(absl::StrCat(
            executor_, " still runs ", CountText(reply.executor().build_ids_size(), "build"),
            " after ", DurationText(timeout_), "; it goes on draining"));
      }
      if (!context.clock->Sleep(kPeriod, context.interrupt)) return ExitCode::kInterrupted;
      // Draining twice is draining once, and the answer tells what it runs.
      LIF_ASSIGN_OR_RETURN(reply, Ask(context));
    }
    context.terminal.out(context.json() ? MessageJson(reply) : Told(reply.executor()));
    return ExitCode::kOk;
  }

 private:
  absl::StatusOr<v1::DrainExecutorResponse> Ask(CliContext& context) const {
    v1::DrainExecutorRequest request;
    request.set_executor_id(executor_);
    request.set_drain(!undo_);
    const auto stub = v1::FleetService::NewStub(context.Channel());
    return Call<v1::FleetService::Stub, v1::DrainExecutorRequest, v1::DrainExecutorResponse>(
        context, *stub, &v1::FleetService::Stub::DrainExecutor, request);
  }

  static std::string WaitText(const v1::ExecutorStatus& executor) {
    return absl::StrCat(executor.id(), " is draining; it still runs ",
                        absl::StrJoin(executor.build_ids(), ", "), "\n");
  }

  std::string Told(const v1::ExecutorStatus& executor) const {
    if (undo_) return absl::StrCat(executor.id(), " claims builds again\n");
    if (executor.build_ids_size() == 0) {
      return absl::StrCat(executor.id(), " is drained: it runs nothing and claims nothing",
                          executor.lost() ? " (it is lost: no heartbeat comes from it)" : "", "\n");
    }
    return absl::StrCat(WaitText(executor), "  wait for it: lif drain ", executor.id(),
                        " --wait\n  take it back: lif drain ", executor.id(), " --undo\n");
  }

  std::string executor_;
  bool undo_ = false;
  bool wait_ = false;
  absl::Duration timeout_ = absl::Hours(2);
};

}  // namespace

std::unique_ptr<Command> MakeDrainCommand() {
  return std::make_unique<DrainCommand>();
}

}  // namespace lif
