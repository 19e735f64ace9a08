// Results that wait for stores that are away.
#include "executor/spool_settler.h"

#include <functional>

#include "tests/unit/executor/spool_rig.h"

namespace lif {
namespace {

const absl::Status kAway = absl::UnavailableError("away");

TEST_CASE("A result whose stores are away waits on disk, and settles by itself", "[spool]") {
  SpoolRig rig;
  std::function<void(absl::Status)> set;
  SECTION("records") {
    set = [&rig](absl::Status s) { rig.records.SetAway(s); };
  }
  SECTION("blobs") {
    set = [&rig](absl::Status s) { rig.blobs.SetAway(s); };
  }
  SECTION("registry") {
    set = [&rig](absl::Status s) { rig.registry.SetAway(s); };
  }
  SECTION("queue") {
    set = [&rig](absl::Status s) { rig.queue.SetAway(s); };
  }
  const std::string build = rig.BuildInto([&set] { set(kAway); });
  // The slot is free, and yet nothing is claimed that would meet the same stores.
  CHECK(rig.spool->depth().entries == 1);
  CHECK(rig.spool->depth().bytes > 0);
  CHECK(rig.results->BlocksClaims());
  CHECK(rig.results->settling() == 1);
  const TimePump pump(rig.clock);
  const absl::Time start = rig.clock.Now();
  // Longer than its lease, which is renewed meanwhile.
  AwaitSoon([&] { return rig.clock.Now() > start + ExecutorRig::kLease + absl::Minutes(1); });
  CHECK(rig.spool->depth().entries == 1);
  CHECK(rig.TagOf("good").empty());  // no external move, also where only the queue is silent
  set(absl::OkStatus());
  rig.results->AwaitSettled(absl::Hours(3), {});
  rig.CheckSettled(build);
  CHECK_FALSE(rig.results->BlocksClaims());
}

TEST_CASE("A lease that is lost while its result waits stops the settling", "[spool]") {
  SpoolRig rig;
  const std::string build = rig.BuildInto([&rig] { rig.records.SetAway(kAway); });
  const auto entry = rig.spool->Load(build);
  REQUIRE(entry.ok());
  REQUIRE(rig.queue.Requeue(entry->lease).ok());
  rig.ClaimAs("executor-2");
  const TimePump pump(rig.clock);
  AwaitSoon([&] { return rig.results->settling() == 0; });
  rig.records.SetAway(absl::OkStatus());
  const absl::Time start = rig.clock.Now();
  AwaitSoon([&] { return rig.clock.Now() > start + absl::Minutes(2); });
  CHECK(absl::IsNotFound(rig.records.GetRecord(build).status()));
  CHECK(rig.TagOf("good").empty());
  CHECK(rig.MustGetJob(build).executor == "executor-2");
}

TEST_CASE("A build that is cancelled while its result waits keeps its verdict", "[spool]") {
  SpoolRig rig;
  const std::string build = rig.BuildInto([&rig] { rig.records.SetAway(kAway); });
  REQUIRE(*rig.queue.Cancel(build, "default") == CancelResult::kRequested);
  const TimePump pump(rig.clock);
  const absl::Time start = rig.clock.Now();
  AwaitSoon([&] { return rig.clock.Now() > start + absl::Minutes(1); });
  rig.records.SetAway(absl::OkStatus());
  rig.results->AwaitSettled(absl::Hours(3), {});
  rig.CheckSettled(build);
}

TEST_CASE("A result that finds no room in the spool waits in its slot", "[spool]") {
  SpoolRig rig;
  rig.StartAgain({.entries = 0});
  std::jthread back;
  const std::string build = rig.BuildInto([&rig, &back] {
    rig.records.SetAway(kAway);
    back = std::jthread([&rig, start = rig.clock.Now()] {
      AwaitSoon([&] { return rig.clock.Now() > start + absl::Minutes(3); });
      rig.records.SetAway(absl::OkStatus());
    });
  });
  rig.CheckSettled(build);
}

TEST_CASE("A result that no wait can help ends as a dead letter, not in a circle", "[spool]") {
  SpoolRig rig;
  const absl::Status refused = absl::PermissionDeniedError("permission denied for table records");
  const std::string build = rig.Submit("good");
  for (int attempt = 1; attempt <= 3; ++attempt) {
    rig.sbom.OnScan([&](std::stop_token) { rig.records.SetAway(refused); });
    rig.RunNext();
    rig.sbom.OnScan(nullptr);
    rig.records.SetAway(absl::OkStatus());
    if (attempt == 3) break;
    CHECK(rig.MustGetJob(build).state == JobState::kDelayed);
    rig.clock.Advance(absl::Hours(1));
    REQUIRE(rig.queue.Tick().ok());
  }
  const JobView job = rig.MustGetJob(build);
  CHECK(job.dead);
  INFO(job.last_error);
  CHECK(job.last_error.find("permission denied for table records") != std::string::npos);
  CHECK(rig.spool->depth().entries == 0);
}

TEST_CASE("Waiting results stop the claims for half an hour", "[spool]") {
  SpoolRig rig;
  rig.BuildInto([&rig] { rig.records.SetAway(kAway); });
  CHECK(rig.results->BlocksClaims());
  rig.clock.Advance(absl::Minutes(31));
  CHECK_FALSE(rig.results->BlocksClaims());
  CHECK(rig.results->settling() == 1);
}

}  // namespace
}  // namespace lif
