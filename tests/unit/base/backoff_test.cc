#include "common/base/backoff.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("Backoff doubles up to its maximum", "[base]") {
  const BackoffPolicy policy{absl::Milliseconds(100), absl::Seconds(1), 2.0};
  const int64_t expected[] = {100, 200, 400, 800, 1000, 1000};
  for (int retry = 0; retry < 6; ++retry) {
    CHECK(absl::ToInt64Milliseconds(policy.Delay(retry, 1.0)) == expected[retry]);
    CHECK(absl::ToInt64Milliseconds(policy.Delay(retry, 0.0)) == expected[retry] / 2);
  }
}

TEST_CASE("Backoff of a huge retry number ends", "[base]") {
  CHECK(BackoffPolicy().Delay(2000000000, 1.0) == absl::Seconds(10));
}

}  // namespace
}  // namespace lif
