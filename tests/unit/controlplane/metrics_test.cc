#include "controlplane/control_plane_metrics.h"

#include "absl/strings/match.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("calls, answers and maintenance are counted", "[metrics]") {
  MetricRegistry registry;
  const ControlPlaneMetrics metrics(&registry);
  CHECK(absl::StrContains(registry.Text(), "lif_submitted_builds_total{answer=\"reused\"} 0\n"));
  metrics.CallEnded("GetBuild", absl::OkStatus(), absl::Milliseconds(3));
  metrics.CallEnded("GetBuild", absl::NotFoundError("no such build"), absl::Milliseconds(40));
  SubmitBuildsOutput output;
  output.builds.resize(3);
  output.builds[0].answer = SubmitAnswer::kReused;
  output.builds[0].saved = absl::Seconds(90);
  output.builds[1].answer = SubmitAnswer::kReused;
  output.builds[1].saved = absl::Milliseconds(500);
  output.builds[2].answer = SubmitAnswer::kJoined;
  metrics.Submitted(output);
  metrics.Ticked({.reaped = 2, .dead_lettered = 1});
  metrics.Ticked({.reaped = 1});
  const std::string text = registry.Text();
  for (const char* line :
       {"lif_grpc_calls_total{code=\"OK\",method=\"GetBuild\"} 1\n",
        "lif_grpc_calls_total{code=\"NOT_FOUND\",method=\"GetBuild\"} 1\n",
        "lif_grpc_call_duration_seconds_count{method=\"GetBuild\"} 2\n",
        "lif_grpc_call_duration_seconds_bucket{method=\"GetBuild\",le=\"0.005\"} 1\n",
        "lif_submitted_builds_total{answer=\"reused\"} 2\n",
        "lif_submitted_builds_total{answer=\"joined\"} 1\n",
        "lif_reused_saved_seconds_total 90.5\n",
        "lif_submitted_builds_total{answer=\"queued\"} 0\n", "lif_leases_expired_total 3\n",
        "lif_crash_dead_letters_total 1\n", "lif_jobs_expired_total 0\n"}) {
    INFO(line);
    CHECK(absl::StrContains(text, line));
  }
}

}  // namespace
}  // namespace lif
