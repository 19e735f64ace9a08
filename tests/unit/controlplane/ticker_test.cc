#include "controlplane/ticker.h"

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/memory_job_queue.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("the ticker maintains the queue, and tells once that it is away", "[ticker]") {
  FakeClock clock;
  MemoryJobQueue queue(&clock);
  std::vector<std::string> lines;
  LogOptions options;
  options.sink = [&](std::string_view line) { lines.emplace_back(line); };
  SubmitRequest request;
  request.request_id = "01J9Z3NDEKTSV4RRFFQ69G5FAV";
  JobSpec job;
  job.key = std::string(64, 'a');
  job.job_id = job.key + ".1";
  job.build_id = "01J9Z3NDEKTSV4RRFFQ69G5FAW";
  job.manifest_id = "py-api";
  job.platform = "linux/amd64";
  job.pool = "amd64";
  request.jobs = {job};
  REQUIRE(queue.Submit(request).ok());
  REQUIRE(queue.Claim({"executor-1", "amd64", "nonce", absl::Seconds(1)}).value().has_value());
  {
    const Ticker ticker(queue, clock, Logger(options), absl::Seconds(2));
    const auto tick = [&] {
      clock.AwaitSleepers(1);
      clock.Advance(absl::Seconds(2));
      clock.AwaitSleepers(1);
    };
    tick();
    CHECK(queue.GetJob(job.build_id)->state == JobState::kReady);
    CHECK(queue.GetJob(job.build_id)->crash_count == 1);
    queue.SetAway(absl::UnavailableError("Redis is away"));
    tick();
    tick();
    queue.SetAway(absl::OkStatus());
    tick();
  }
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].find("leases ran out jobs=1") != std::string::npos);
  CHECK(lines[1].find("queue maintenance fails") != std::string::npos);
  CHECK(lines[2].find("queue maintenance works again") != std::string::npos);
}

}  // namespace
}  // namespace lif
