#include "common/base/clock.h"

#include <thread>

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("A sleep that nobody stops passes in full", "[base]") {
  SystemClock clock;
  absl::Duration before = clock.Steady();
  CHECK(clock.Sleep(absl::Milliseconds(5), std::stop_token()));
  CHECK(clock.Steady() - before >= absl::Milliseconds(5));
}

TEST_CASE("A requested stop ends a sleep, before and during it", "[base]") {
  SystemClock clock;
  std::stop_source stopped;
  stopped.request_stop();
  CHECK_FALSE(clock.Sleep(absl::Hours(1), stopped.get_token()));

  std::stop_source source;
  std::jthread stopper([&source] { source.request_stop(); });
  CHECK_FALSE(clock.Sleep(absl::Hours(1), source.get_token()));
}

}  // namespace
}  // namespace lif
