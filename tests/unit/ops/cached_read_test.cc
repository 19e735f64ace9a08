#include "common/ops/cached_read.h"

#include <atomic>
#include <future>

#include "tests/fakes/fake_clock.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

constexpr absl::Duration kLong = absl::Seconds(60);

TEST_CASE("a fresh value is not read again, an old one is") {
  FakeClock clock;
  std::atomic<int> reads = 0;
  CachedRead<int> cached([&reads] { return ++reads; }, clock, absl::Seconds(2));
  CHECK(cached.Get(kLong).value == 1);
  clock.Advance(absl::Seconds(1));
  const auto again = cached.Get(kLong);
  CHECK(again.value == 1);
  CHECK(again.age == absl::Seconds(1));
  clock.Advance(absl::Seconds(1));
  const auto fresh = cached.Get(kLong);
  CHECK(fresh.value == 2);
  CHECK(fresh.age == absl::ZeroDuration());
  CHECK(reads == 2);
}

TEST_CASE("a read that hangs delays nobody beyond his patience, and is not doubled") {
  FakeClock clock;
  std::atomic<int> reads = 0;
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  CachedRead<int> cached(
      [&reads, gone] {
        if (++reads > 1) gone.wait();
        return reads.load();
      },
      clock, absl::Seconds(10));
  CHECK(cached.Get(kLong).value == 1);
  clock.Advance(absl::Seconds(30));
  for (int i = 0; i < 3; ++i) {
    const auto stale = cached.Get(absl::Milliseconds(5));
    CHECK(stale.value == 1);
    CHECK(stale.age == absl::Seconds(30));
    CHECK(stale.pending == absl::ZeroDuration());
  }
  clock.Advance(absl::Seconds(4));
  CHECK(cached.Get(absl::ZeroDuration()).pending == absl::Seconds(4));
  go.set_value();
  CHECK(cached.Get(kLong).value == 2);
  CHECK(reads == 2);
}

TEST_CASE("without a first value there is none, and how long it has been asked for") {
  FakeClock clock;
  std::promise<void> go;
  std::future<void> gone = go.get_future();
  CachedRead<int> cached(
      [&gone] {
        gone.wait();
        return 7;
      },
      clock, absl::Seconds(2));
  CHECK_FALSE(cached.Get(absl::ZeroDuration()).value.has_value());
  clock.Advance(absl::Seconds(5));
  const auto none = cached.Get(absl::ZeroDuration());
  CHECK_FALSE(none.value.has_value());
  CHECK(none.pending == absl::Seconds(5));
  go.set_value();
  CHECK(cached.Get(kLong).value == 7);
}

TEST_CASE("a read that takes longer than its value is good for is still answered") {
  FakeClock clock;
  CachedRead<int> cached(
      [&clock] {
        clock.Advance(absl::Seconds(10));
        return 3;
      },
      clock, absl::Seconds(2));
  const auto answer = cached.Get(kLong);
  CHECK(answer.value == 3);
  CHECK(answer.age == absl::Seconds(10));
}

}  // namespace
}  // namespace lif
