// lif doctor
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/doctor_local.h"
#include "cli/doctor_text.h"
#include "cli/rpc.h"
#include "cli/text.h"
#include "common/config/version.h"
#include "common/doctor/redis_findings.h"
#include "common/process/posix_process_runner.h"
#include "lif/v1/fleet_service.grpc.pb.h"

namespace lif {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(40);  // each store has its own below that

Finding FindingOf(const v1::HealthCheck& check) {
  Finding finding = {check.name(), FindingState::kSkipped, check.detail(), check.remedy()};
  switch (check.state()) {
    case v1::HEALTH_STATE_OK:
      finding.state = FindingState::kOk;
      break;
    case v1::HEALTH_STATE_WARNING:
      finding.state = FindingState::kWarning;
      break;
    case v1::HEALTH_STATE_PROBLEM:
      finding.state = FindingState::kProblem;
      break;
    default:
      break;
  }
  return finding;
}

Finding JudgeVersions(const std::string& server) {
  const std::string client(LifVersion());
  if (client == server) return {"client", FindingState::kOk, "lif " + client, ""};
  return {"client", FindingState::kWarning,
          absl::StrCat("lif ", client, ", the control plane is at ", server),
          "use the client of the control plane's version"};
}

class DoctorCommand : public Command {
 public:
  std::vector<std::string> Path() const override { return {"doctor"}; }
  std::string Summary() const override {
    return "Look for what is wrong with the factory, and say what to do";
  }
  void AddOptions(OptionSet* options) override {
    options->SetFooter(
        "Asks the control plane for what it sees, and looks from here at what DOCKER_HOST, "
        "LIF_REGISTRY,\nLIF_BLOB_DIR, LIF_DOCTOR_POSTGRES_DSN and LIF_DOCTOR_REDIS_URL name. Exit "
        "code 1: there is a\nproblem; 0: none, though there may be warnings.\n");
  }

  absl::StatusOr<ExitCode> Run(CliContext& context) override {
    PosixProcessRunner runner;
    std::vector<FindingGroup> groups;
    groups.push_back({"control plane at " + context.server.address, AskServer(context)});
    groups.push_back({"this machine",
                      CheckHere({runner, *context.clock, context.environment, context.interrupt})});
    if (context.interrupt.stop_requested()) return ExitCode::kInterrupted;
    const Terminal& terminal = context.terminal;
    terminal.out(context.json() ? FindingsJson(groups)
                                : RenderFindings(groups, terminal.out_style));
    return HasProblem(groups) ? ExitCode::kFailed : ExitCode::kOk;
  }

 private:
  static std::vector<Finding> AskServer(CliContext& context) {
    const auto stub = v1::FleetService::NewStub(context.Channel());
    const absl::Time before = context.clock->Now();
    const absl::StatusOr<v1::CheckHealthResponse> reply =
        Call<v1::FleetService::Stub, v1::CheckHealthRequest, v1::CheckHealthResponse>(
            context, *stub, &v1::FleetService::Stub::CheckHealth, {}, kDeadline);
    if (!reply.ok()) {
      return {
          ProblemOf("control plane", reply.status(), "nothing else can be asked until it answers")};
    }
    std::vector<Finding> findings;
    for (const v1::HealthCheck& check : reply->checks()) findings.push_back(FindingOf(check));
    findings.push_back(JudgeVersions(reply->version()));
    // Its answer was made between the question and now.
    const absl::Time at = TimeOf(reply->at());
    const absl::Time now = context.clock->Now();
    const absl::Duration ahead = at < before ? at - before
                                 : at > now  ? at - now
                                             : absl::ZeroDuration();
    findings.push_back(JudgeClock("the control plane", ahead));
    return findings;
  }
};

}  // namespace

std::unique_ptr<Command> MakeDoctorCommand() {
  return std::make_unique<DoctorCommand>();
}

}  // namespace lif
