// lif doctor queue
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/rpc.h"
#include "cli/table.h"
#include "cli/text.h"
#include "common/base/status_macros.h"
#include "lif/v1/fleet_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kDeadline = absl::Minutes(5);  // it looks at every job

class DoctorQueueCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"doctor", "queue"}; }
  std::string Summary() const override { return "Check every invariant of the queue"; }
  void AddOptions(OptionSet* options) override {
    options->Add({.name = "--limit", .value = "N", .help = "List at most so many violations"},
                 &limit_);
    options->SetFooter(
        "Changes nothing, and may be run on a factory at work. Exit code 1: an invariant is "
        "violated.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    v1::CheckQueueRequest request;
    request.set_limit(limit_);
    const auto stub = v1::FleetService::NewStub(context.Channel());
    LIF_ASSIGN_OR_RETURN(
        const auto reply,
        (Call<v1::FleetService::Stub, v1::CheckQueueRequest, v1::CheckQueueResponse>(
            context, *stub, &v1::FleetService::Stub::CheckQueue, request, kDeadline)));
    context.terminal.out(context.json() ? MessageJson(reply) : Told(context, reply));
    return reply.violation_count() > 0 ? ExitCode::kFailed : ExitCode::kOk;
  }

 private:
  static std::string Told(const CliContext& context, const v1::CheckQueueResponse& reply) {
    const std::string checked = CountText(reply.jobs_checked(), "job") + " checked";
    if (reply.violation_count() == 0) return checked + ": every invariant holds\n";
    Table table{{{"INVARIANT"}, {"JOB"}, {"DETAIL", false, true}}, {}};
    for (const v1::QueueViolation& violation : reply.violations()) {
      table.rows.push_back({{violation.invariant(), Tone::kBad},
                            {violation.job_id(), Tone::kDim},
                            violation.detail()});
    }
    return absl::StrCat(RenderTable(table, context.terminal.out_style, context.terminal.out_width),
                        checked, ", ", CountText(reply.violation_count(), "violation"),
                        "\n  somebody may have written to Redis by hand; keep a copy of its "
                        "append-only file, and report it\n");
  }

  int limit_ = 100;
};

}  // namespace

std::unique_ptr<Command> MakeDoctorQueueCommand() {
  return std::make_unique<DoctorQueueCommand>();
}

}  // namespace lif
