#include "common/ops/readiness.h"

#include <future>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("ready means that everything answers") {
  FakeClock clock;
  std::atomic<bool> up = false;
  Readiness readiness({{"postgres", [] { return absl::OkStatus(); }},
                       {"redis",
                        [&up]() -> absl::Status {
                          if (up) return absl::OkStatus();
                          return absl::UnavailableError("127.0.0.1:6379 refuses connections");
                        }}},
                      clock);
  const ReadinessReport down = readiness.Check();
  CHECK_FALSE(down.ready);
  CHECK(ReadinessJson(down) ==
        "{\n  \"ready\": false,\n  \"dependencies\": {\n    \"postgres\": {\n      \"ok\": true,\n"
        "      \"age_s\": 0.0\n    },\n    \"redis\": {\n      \"ok\": false,\n      \"reason\": "
        "\"127.0.0.1:6379 refuses connections\",\n      \"age_s\": 0.0\n    }\n  }\n}\n");
  const std::vector<MetricSamples> samples = ReadinessSamples(down);
  CHECK(samples.at(0).samples.at(0).value == 0);
  CHECK(samples.at(1).samples.at(0).value == 1);
  CHECK(samples.at(1).samples.at(1).value == 0);
  up = true;
  CHECK_FALSE(readiness.Check().ready);  // from the cache
  clock.Advance(absl::Seconds(3));
  CHECK(readiness.Check().ready);
}

TEST_CASE("a drain is told, whatever the stores say") {
  FakeClock clock;
  Readiness readiness({{"postgres", [] { return absl::OkStatus(); }}}, clock);
  readiness.SetPaused(true);
  CHECK_FALSE(readiness.Check().ready);
  CHECK(readiness.Check().draining == "drained by an operator");
  readiness.SetPaused(false);
  CHECK(readiness.Check().ready);
  readiness.EndSoon();
  CHECK_FALSE(readiness.Check().ready);
  CHECK(absl::StrContains(ReadinessJson(readiness.Check()), "\"draining\": \"shutting down\""));
}

TEST_CASE("a store that hangs is told as such, and the others' answers with it") {
  FakeClock clock;
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  Readiness readiness({{"blobs",
                        [gone] {
                          gone.wait();
                          return absl::OkStatus();
                        }},
                       {"redis", [] { return absl::OkStatus(); }}},
                      clock);
  const absl::Time begun = absl::Now();
  CHECK_FALSE(readiness.Check().ready);
  clock.Advance(absl::Seconds(5));
  const ReadinessReport report = readiness.Check();
  CHECK(absl::Now() - begun < absl::Seconds(30));
  CHECK(report.dependencies.at(0).status.message() == "no answer for 5s");
  CHECK(report.dependencies.at(1).status.ok());
  go.set_value();
}

}  // namespace
}  // namespace lif
