// The contract on the fake: what other tests build on behaves as the queue in Redis does.
#include "tests/contracts/job_queue_contract.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/memory_job_queue.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

constexpr absl::Duration kLease = absl::Seconds(30);

class MemoryHarness final : public QueueHarness {
 public:
  MemoryHarness() : queue_(&clock_, {4 * kLease, 1.0}) {}
  JobQueue& jobs() override { return queue_; }
  WorkQueue& work() override { return queue_; }
  absl::Time Now() override { return clock_.Now(); }
  void Pass(absl::Duration duration) override { clock_.Advance(duration); }
  absl::Duration lease() const override { return kLease; }

 private:
  FakeClock clock_{absl::Now()};
  MemoryJobQueue queue_;
};

std::unique_ptr<QueueHarness> Make() {
  return std::make_unique<MemoryHarness>();
}

TEST_CASE("memory queue: submit") {
  SubmitContract(Make);
}
TEST_CASE("memory queue: leases") {
  LeaseContract(Make);
}
TEST_CASE("memory queue: retries") {
  RetryContract(Make);
}
TEST_CASE("memory queue: edges") {
  EdgeContract(Make);
}
TEST_CASE("memory queue: cancel") {
  CancelContract(Make);
}
TEST_CASE("memory queue: fairness") {
  FairnessContract(Make);
}
TEST_CASE("memory queue: fleet") {
  FleetContract(Make);
}

TEST_CASE("memory queue: away") {
  FakeClock clock;
  MemoryJobQueue queue(&clock);
  queue.SetAway(absl::UnavailableError("away"));
  REQUIRE(absl::IsUnavailable(queue.Tick().status()));
  queue.SetAway(absl::OkStatus());
  REQUIRE(queue.Tick().ok());
}

}  // namespace
}  // namespace lif
