#include "executor/lease_keeper.h"

#include <atomic>

#include "tests/support/await.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {
namespace {

TEST_CASE("Leases are renewed for as long as they are held") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token});
  for (int beat = 0; beat < 40; ++beat) {
    rig.clock.AwaitSleepers(1);
    rig.clock.Advance(ExecutorRig::kLease / 4);
  }
  rig.clock.AwaitSleepers(1);
  REQUIRE(rig.queue.Tick().ok());
  CHECK(rig.MustGetJob(build).state == JobState::kActive);
  CHECK(lease->reason() == StopReason::kNone);
}

TEST_CASE("A lost lease stops everything at once, and stays lost") {
  ExecutorRig rig;
  rig.Submit("good");
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token + 1});
  rig.clock.AwaitSleepers(1);
  rig.clock.Advance(ExecutorRig::kLease / 4);
  AwaitSoon([&lease] { return lease->work_stop().stop_requested(); });
  CHECK(lease->reason() == StopReason::kLost);
  CHECK(lease->settle_stop().stop_requested());
  lease->Stop(StopReason::kCancelled);
  CHECK(lease->reason() == StopReason::kLost);
}

TEST_CASE("A lease that its holder is ending is not lost when it is gone") {
  ExecutorRig rig;
  rig.Submit("good");
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token});
  lease->SetEnding(true);
  REQUIRE(rig.queue.Complete(lease->lease(), "compatible").ok());
  for (int beat = 0; beat < 3; ++beat) {
    rig.clock.AwaitSleepers(1);
    rig.clock.Advance(ExecutorRig::kLease / 4);
  }
  rig.clock.AwaitSleepers(1);
  CHECK(lease->reason() == StopReason::kNone);
  lease->SetEnding(false);
  rig.clock.Advance(ExecutorRig::kLease / 4);
  AwaitSoon([&lease] { return lease->work_stop().stop_requested(); });
  CHECK(lease->reason() == StopReason::kLost);
}

TEST_CASE("A cancellation stops the work but not the writing of its record") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token});
  REQUIRE(rig.queue.Cancel(build, "default").ok());
  rig.clock.AwaitSleepers(1);
  rig.clock.Advance(ExecutorRig::kLease / 4);
  AwaitSoon([&lease] { return lease->work_stop().stop_requested(); });
  CHECK(lease->reason() == StopReason::kCancelled);
  CHECK_FALSE(lease->settle_stop().stop_requested());
}

TEST_CASE("No answer stops nothing, and confirms nothing") {
  ExecutorRig rig;
  rig.Submit("good");
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token});
  rig.queue.SetAway(absl::UnavailableError("away"));
  {
    const TimePump pump(rig.clock);
    CHECK(absl::IsDeadlineExceeded(rig.keeper->Confirm(*lease, absl::Seconds(10))));
  }
  CHECK(lease->reason() == StopReason::kNone);
  rig.queue.SetAway(absl::OkStatus());
  CHECK(rig.keeper->Confirm(*lease, absl::Seconds(10)).ok());
}

TEST_CASE("A confirmation asks anew and does not wait for the period") {
  ExecutorRig rig;
  rig.Submit("good");
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token});
  // The clock stands still: only a heartbeat that was asked for can answer.
  CHECK(rig.keeper->Confirm(*lease, absl::Seconds(10)).ok());
  CHECK(rig.keeper->Confirm(*lease, absl::Seconds(10)).ok());
}

TEST_CASE("A lost lease is never confirmed") {
  ExecutorRig rig;
  rig.Submit("good");
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token + 1});
  CHECK(absl::IsAborted(rig.keeper->Confirm(*lease, absl::Seconds(10))));
}

TEST_CASE("A released lease is not asked about any more") {
  ExecutorRig rig;
  rig.Submit("good");
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token});
  CHECK(rig.keeper->held() == 1);
  rig.keeper->Release(lease);
  CHECK(rig.keeper->held() == 0);
  REQUIRE(rig.queue.Complete({job.spec.job_id, job.token}, "compatible").ok());
  rig.clock.AwaitSleepers(1);
  rig.clock.Advance(ExecutorRig::kLease);
  rig.clock.AwaitSleepers(1);
  CHECK(lease->reason() == StopReason::kNone);
}

TEST_CASE("Of two executors of one ID the one that started first is told, at each heartbeat") {
  FakeClock clock;
  MemoryJobQueue queue(&clock);
  const auto describe = [](absl::Time started) {
    ExecutorInfo info;
    info.id = "e1";
    info.pool = "amd64";
    info.started = started;
    return info;
  };
  std::atomic<int> replaced = 0;
  std::atomic<int> newer_replaced = 0;
  const absl::Time start = clock.Now();
  LeaseKeeper first(queue, clock, NullLogger(),
                    {.lease = absl::Seconds(20),
                     .describe = [&] { return describe(start); },
                     .drain_changed = nullptr,
                     .replaced = [&replaced] { ++replaced; }});
  LeaseKeeper second(queue, clock, NullLogger(),
                     {.lease = absl::Seconds(20),
                      .describe = [&] { return describe(start + absl::Seconds(1)); },
                      .drain_changed = nullptr,
                      .replaced = [&newer_replaced] { ++newer_replaced; }});
  first.Start();
  clock.AwaitSleepers(1);
  CHECK(replaced == 0);
  second.Start();
  for (int beat = 1; beat <= 3; ++beat) {
    clock.AwaitSleepers(2);
    clock.Advance(absl::Seconds(5));
    AwaitSoon([&] { return replaced >= beat; });
  }
  CHECK(newer_replaced == 0);
  first.Stop();
  second.Stop();
}

TEST_CASE("The executor is registered, and told when an operator drains it") {
  FakeClock clock;
  MemoryJobQueue queue(&clock);
  std::atomic<bool> drained = false;
  LeaseKeeper keeper(queue, clock, NullLogger(),
                     {.lease = absl::Seconds(20),
                      .describe =
                          [] {
                            ExecutorInfo info;
                            info.id = "e1";
                            info.pool = "amd64";
                            info.slots = 3;
                            return info;
                          },
                      .drain_changed = [&drained](bool drain) { drained = drain; },
                      .replaced = nullptr});
  keeper.Start();
  clock.AwaitSleepers(1);
  REQUIRE(queue.ListExecutors().ok());
  REQUIRE(queue.ListExecutors()->size() == 1);
  CHECK(queue.ListExecutors()->front().slots == 3);
  CHECK_FALSE(drained);
  REQUIRE(queue.RequestDrain("e1", true).ok());
  clock.Advance(absl::Seconds(5));
  AwaitSoon([&drained] { return drained.load(); });
  REQUIRE(queue.RequestDrain("e1", false).ok());
  clock.AwaitSleepers(1);
  clock.Advance(absl::Seconds(5));
  AwaitSoon([&drained] { return !drained; });
  keeper.Stop();
}

}  // namespace
}  // namespace lif
