// lif dead-letters list | retry | drop
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/fleet_text.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "common/base/status_macros.h"
#include "lif/v1/fleet_service.grpc.pb.h"

namespace lif {
namespace {

absl::StatusOr<v1::ListDeadLettersResponse> ListAll(CliContext& context, const std::string& pool) {
  const auto stub = v1::FleetService::NewStub(context.Channel());
  v1::ListDeadLettersRequest request;
  request.set_pool(pool);
  request.set_page_size(1000);
  return Call<v1::FleetService::Stub, v1::ListDeadLettersRequest, v1::ListDeadLettersResponse>(
      context, *stub, &v1::FleetService::Stub::ListDeadLetters, request);
}

class ListCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"dead-letters", "list"}; }
  std::string Summary() const override { return "List the jobs that an operator must look at"; }
  void AddOptions(OptionSet* options) override {
    options->Add({.name = "--pool", .value = "NAME", .help = "Of this pool"}, &pool_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    LIF_ASSIGN_OR_RETURN(const v1::ListDeadLettersResponse all, ListAll(context, pool_));
    const Terminal& terminal = context.terminal;
    if (context.json()) {
      terminal.out(MessageJson(all));
    } else if (all.dead_letters_size() == 0) {
      terminal.err("there is no dead letter\n");
    } else {
      terminal.out(RenderDeadLetters(all.dead_letters(), terminal.out_style, context.clock->Now()));
    }
    return ExitCode::kOk;
  }

 private:
  std::string pool_;
};

// What retry and drop share: one by its job or build ID, or all.
class ActCommand : public Command {
 public:
  explicit ActCommand(bool retry) : retry_(retry) {}
  std::vector<std::string> Path() const override {
    return {"dead-letters", retry_ ? "retry" : "drop"};
  }
  std::string Summary() const override {
    return retry_ ? "Build again what a dead letter stands for, and drop it"
                  : "Forget a dead letter";
  }
  void AddOptions(OptionSet* options) override {
    options->Add({.name = "ID", .help = "Its job ID or its build ID"}, &id_);
    options->Add({.name = "--all", .help = "All that are listed"}, &all_);
    options->Add({.name = "--pool", .value = "NAME", .help = "With --all: of this pool"}, &pool_);
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    if (id_.empty() != all_) {
      return absl::InvalidArgumentError(
          "name one dead letter by its job ID or build ID, or say --all; lif dead-letters list "
          "shows them");
    }
    LIF_ASSIGN_OR_RETURN(const v1::ListDeadLettersResponse listed, ListAll(context, pool_));
    if (!all_) return Act(context, JobIdIn(listed));
    std::vector<ExitCode> codes;
    for (const v1::DeadLetter& letter : listed.dead_letters()) {
      const absl::StatusOr<ExitCode> code = Act(context, letter.job_id());
      if (!code.ok() && ExitCodeOf(code.status()) != ExitCode::kUsage) return code.status();
      if (!code.ok()) {
        context.terminal.err(absl::StrCat("! ", std::string(code.status().message()), "\n"));
      }
      codes.push_back(code.ok() ? *code : ExitCode::kFailed);
    }
    return WorstOf(codes);
  }

 private:
  std::string JobIdIn(const v1::ListDeadLettersResponse& listed) const {
    for (const v1::DeadLetter& letter : listed.dead_letters()) {
      if (letter.build_id() == id_) return letter.job_id();
    }
    return id_;
  }

  absl::StatusOr<ExitCode> Act(CliContext& context, const std::string& job_id) const {
    const auto stub = v1::FleetService::NewStub(context.Channel());
    if (retry_) {
      v1::RetryDeadLetterRequest request;
      request.set_job_id(job_id);
      LIF_ASSIGN_OR_RETURN(
          const auto reply,
          (Call<v1::FleetService::Stub, v1::RetryDeadLetterRequest, v1::RetryDeadLetterResponse>(
              context, *stub, &v1::FleetService::Stub::RetryDeadLetter, request)));
      const v1::Build& build = reply.build();
      context.terminal.out(context.json() ? MessageJsonLine(reply)
                                          : absl::StrCat("queued again: ", build.manifest_id(), " ",
                                                         build.platform(), " as ", build.build_id(),
                                                         "\n  follow with: lif watch ",
                                                         build.build_id(), "\n"));
      return ExitCode::kOk;
    }
    v1::DropDeadLetterRequest request;
    request.set_job_id(job_id);
    LIF_ASSIGN_OR_RETURN(
        const auto reply,
        (Call<v1::FleetService::Stub, v1::DropDeadLetterRequest, v1::DropDeadLetterResponse>(
            context, *stub, &v1::FleetService::Stub::DropDeadLetter, request)));
    context.terminal.out(context.json() ? MessageJsonLine(reply)
                                        : absl::StrCat("dropped: ", job_id, "\n"));
    return ExitCode::kOk;
  }

  const bool retry_;
  std::string id_;
  bool all_ = false;
  std::string pool_;
};

}  // namespace

std::unique_ptr<Command> MakeDeadLettersListCommand() {
  return std::make_unique<ListCommand>();
}
std::unique_ptr<Command> MakeDeadLettersRetryCommand() {
  return std::make_unique<ActCommand>(true);
}
std::unique_ptr<Command> MakeDeadLettersDropCommand() {
  return std::make_unique<ActCommand>(false);
}

}  // namespace lif
