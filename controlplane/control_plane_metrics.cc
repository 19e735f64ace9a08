#include "controlplane/control_plane_metrics.h"

#include <array>
#include <string>

namespace lif {
namespace {

const char* AnswerName(SubmitAnswer answer) {
  switch (answer) {
    case SubmitAnswer::kReused:
      return "reused";
    case SubmitAnswer::kJoined:
      return "joined";
    case SubmitAnswer::kQueued:
      return "queued";
    case SubmitAnswer::kInvalid:
      return "invalid";
  }
  return "unknown";
}

}  // namespace

ControlPlaneMetrics::ControlPlaneMetrics(MetricRegistry* registry)
    : calls_(registry->Counters("lif_grpc_calls_total",
                                "gRPC calls that this replica answered, by method and code")),
      call_durations_(registry->Histograms("lif_grpc_call_duration_seconds",
                                           "Time of gRPC calls; a stream counts when it ends")),
      submitted_(registry->Counters(
          "lif_submitted_builds_total",
          "Builds that were asked for, by answer: reused (a record tells the outcome), joined "
          "(already queued or running), queued (new work), invalid")),
      saved_(registry->Counters("lif_reused_saved_seconds_total",
                                "Time that reused submits saved: what the builds took whose "
                                "records answered")),
      upkeep_(registry) {
  saved_.Add({}, 0);
  for (const SubmitAnswer answer : {SubmitAnswer::kReused, SubmitAnswer::kJoined,
                                    SubmitAnswer::kQueued, SubmitAnswer::kInvalid}) {
    submitted_.Add({{"answer", AnswerName(answer)}}, 0);
  }
}

void ControlPlaneMetrics::CallEnded(std::string_view rpc, const absl::Status& status,
                                    absl::Duration took) const {
  const std::string method(rpc);
  calls_.Add({{"method", method}, {"code", absl::StatusCodeToString(status.code())}});
  call_durations_.Observe({{"method", method}}, absl::ToDoubleSeconds(took));
}

void ControlPlaneMetrics::Submitted(const SubmitBuildsOutput& output) const {
  for (const SubmittedBuild& build : output.builds) {
    submitted_.Add({{"answer", AnswerName(build.answer)}});
    saved_.Add({}, absl::ToDoubleSeconds(build.saved));
  }
}

}  // namespace lif
