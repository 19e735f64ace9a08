#include "common/ops/ops_server.h"

#include "absl/strings/match.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/catch.h"
#include "tests/unit/ops/http_client.h"

namespace lif {
namespace {

TEST_CASE("a daemon's port answers metrics and health") {
  FakeClock clock;
  MetricRegistry metrics;
  metrics.Counters("lif_things_total", "Things").Add({}, 3);
  std::atomic<bool> up = true;
  Readiness readiness({{"redis",
                        [&up]() -> absl::Status {
                          return up ? absl::OkStatus() : absl::UnavailableError("gone");
                        }}},
                      clock);
  auto server =
      StartHttp({"127.0.0.1:0", false}, OpsRoutes("lif-test", metrics, readiness), NullLogger());
  REQUIRE(server.ok());
  const int port = (*server)->port();
  CHECK(absl::StrContains(HttpGet(port, "/"), "lif-test\n/metrics "));
  CHECK(absl::EndsWith(HttpGet(port, "/healthz"), "\r\n\r\nok\n"));
  const std::string scrape = HttpGet(port, "/metrics");
  CHECK(absl::StrContains(scrape, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  CHECK(absl::EndsWith(scrape, "\nlif_things_total 3\n"));
  CHECK(absl::StartsWith(HttpGet(port, "/readyz"), "HTTP/1.1 200 OK\r\n"));
  up = false;
  clock.Advance(absl::Seconds(3));
  const std::string away = HttpGet(port, "/readyz");
  CHECK(absl::StartsWith(away, "HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(absl::StrContains(away, "Content-Type: application/json\r\n"));
  CHECK(absl::StrContains(away, "\"reason\": \"gone\""));
  CHECK(absl::StartsWith(HttpGet(port, "/healthz"), "HTTP/1.1 200 "));  // it lives all the same
  CHECK(absl::StartsWith(HttpGet(port, "/nothing"), "HTTP/1.1 404 Not Found\r\n"));
}

TEST_CASE("a port that is off is none") {
  const auto server = StartHttp({"off", false}, HttpRoutes(), NullLogger());
  REQUIRE(server.ok());
  CHECK(*server == nullptr);
}

}  // namespace
}  // namespace lif
