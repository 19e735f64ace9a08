// Results that a killed executor left, at its next start.
#include <filesystem>
#include <functional>

#include "common/base/file_util.h"
#include "tests/unit/executor/spool_rig.h"

namespace lif {
namespace {

const absl::Status kAway = absl::UnavailableError("away");

TEST_CASE("A crash while a result waits costs no build", "[spool]") {
  SpoolRig rig;
  std::function<void(absl::Status)> set = [&rig](absl::Status s) { rig.records.SetAway(s); };
  bool committed = false;
  const bool expired = GENERATE(false, true);
  SECTION("before anything is stored") {
    set = [&rig](absl::Status s) { rig.blobs.SetAway(s); };
  }
  SECTION("before the record is committed") {}
  SECTION("between commit and publish") {
    set = [&rig](absl::Status s) { rig.registry.SetAway(s); };
    committed = true;
  }
  SECTION("between commit and publish, with the queue away") {
    set = [&rig](absl::Status s) { rig.queue.SetAway(s); };
    committed = true;
  }
  const std::string build = rig.BuildInto([&set] { set(kAway); });
  CHECK(rig.records.GetRecord(build).ok() == committed);
  rig.Crash();
  set(absl::OkStatus());
  if (expired) {
    rig.LetLeaseExpire();
    CHECK(rig.MustGetJob(build).state == JobState::kReady);
  }
  rig.StartAgain();
  {
    const TimePump pump(rig.clock);
    rig.results->AwaitSettled(absl::Hours(3), {});
  }
  rig.CheckSettled(build);
  // The loss of a lease whose work was not lost is forgiven.
  CHECK(rig.MustGetJob(build).crash_count == 0);
}

TEST_CASE("An executor that crashes again and again settles its result once", "[spool]") {
  SpoolRig rig;
  const std::string build = rig.BuildInto([&rig] { rig.records.SetAway(kAway); });
  for (int crash = 0; crash < 5; ++crash) {
    rig.Crash();
    rig.LetLeaseExpire();
    rig.StartAgain();
    // Adopted anew, which the disk knows, and waiting again.
    AwaitSoon([&] { return rig.MustGetJob(build).state == JobState::kActive; });
    AwaitSoon([&] {
      const auto entry = rig.spool->Load(build);
      return entry.ok() && entry->lease.token == entry->settlement.record.token &&
             rig.queue.Heartbeat({.id = "e", .pool = "amd64"}, {entry->lease}, ExecutorRig::kLease)
                     ->leases.front() == LeaseAnswer::kOk;
    });
  }
  rig.records.SetAway(absl::OkStatus());
  {
    const TimePump pump(rig.clock);
    rig.results->AwaitSettled(absl::Hours(3), {});
  }
  rig.CheckSettled(build);
}

TEST_CASE("What another has claimed meanwhile is not written under the old lease", "[spool]") {
  SpoolRig rig;
  const std::string build = rig.BuildInto([&rig] { rig.records.SetAway(kAway); });
  rig.Crash();
  rig.LetLeaseExpire();
  const ClaimedJob other = rig.ClaimAs("executor-2");
  rig.records.SetAway(absl::OkStatus());
  rig.StartAgain();
  const TimePump pump(rig.clock);
  AwaitSoon([&] { return rig.results->settling() == 0; });
  CHECK(absl::IsNotFound(rig.records.GetRecord(build).status()));
  CHECK(rig.MustGetJob(build).executor == "executor-2");
  CHECK_FALSE(rig.results->BlocksClaims());
  SECTION("it is forgotten once the other's record is there") {
    Record record;
    record.build_id = build;
    record.build_key = other.spec.key;
    record.generation = 1;
    record.token = other.token;
    record.outcome = Outcome::kFailed;
    REQUIRE(rig.records.Commit(record).ok());
    AwaitSoon([&] { return rig.spool->depth().entries == 0; });
    CHECK(rig.MustGetRecord(build).token == other.token);
  }
  SECTION("it is used when the job comes back to us") {
    REQUIRE(rig.queue.Requeue({other.spec.job_id, other.token}).ok());
    rig.RunNext(false);
    AwaitSoon([&] { return rig.spool->depth().entries == 0; });
    rig.CheckSettled(build);
    CHECK(rig.MustGetRecord(build).token > other.token);
  }
  SECTION("it is forgotten after a day") {
    // The clock is advanced in small steps elsewhere: a day takes more than a test has time for.
    rig.clock.Advance(absl::Hours(25));
    AwaitSoon([&] { return rig.spool->depth().entries == 0; });
    CHECK(rig.builder.builds() == 1);
    CHECK(absl::IsNotFound(rig.records.GetRecord(build).status()));
  }
}

TEST_CASE("A failure waits with its report as well", "[spool]") {
  SpoolRig rig;
  const std::string build = rig.Submit("run-fails");
  rig.builder.OnBuild([&rig](const ImageBuildRequest&) { rig.records.SetAway(kAway); });
  rig.RunNext();
  rig.Crash();
  rig.records.SetAway(absl::OkStatus());
  rig.StartAgain();
  const TimePump pump(rig.clock);
  rig.results->AwaitSettled(absl::Hours(3), {});
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kFailed);
  CHECK(record.failure.fragment_line == 2);
  const std::string error = rig.ArtifactText(record, "error-" + build + ".json");
  CHECK(error.find("\"it broke\"") != std::string::npos);
  CHECK(rig.MustGetJob(build).outcome == "failed");
}

TEST_CASE("A damaged entry is set aside, and its build runs again", "[spool]") {
  SpoolRig rig;
  const std::string build = rig.BuildInto([&rig] { rig.records.SetAway(kAway); });
  rig.Crash();
  rig.records.SetAway(absl::OkStatus());
  const std::string path = rig.state->path() + "/spool/";
  REQUIRE(WriteFileAtomically(path + build + "/artifact-0", "garbage").ok());
  rig.StartAgain();
  CHECK(rig.results->settling() == 0);
  CHECK(std::filesystem::exists(path + "damaged/" + build));
  CHECK(absl::IsNotFound(rig.records.GetRecord(build).status()));
  rig.LetLeaseExpire();
  rig.RunNext();
  CHECK(rig.MustGetRecord(build).outcome == Outcome::kCompatible);
  CHECK(rig.builder.builds() == 2);
}

TEST_CASE("Garbage in the spool keeps no result from being settled", "[spool]") {
  SpoolRig rig;
  const std::string build = rig.BuildInto([&rig] { rig.records.SetAway(kAway); });
  rig.Crash();
  rig.records.SetAway(absl::OkStatus());
  const std::string path = rig.state->path() + "/spool/";
  REQUIRE(WriteFileAtomically(path + "0-a-file", "?").ok());
  REQUIRE(MakeDirectories(path + "1-an-empty-directory").ok());
  REQUIRE(MakeDirectories(path + "2-a-result/deeper").ok());
  REQUIRE(WriteFileAtomically(path + "2-a-result/result", std::string(1000, '\0')).ok());
  rig.StartAgain();
  const TimePump pump(rig.clock);
  rig.results->AwaitSettled(absl::Hours(3), {});
  rig.CheckSettled(build);
  CHECK(rig.spool->List().empty());
}

}  // namespace
}  // namespace lif
