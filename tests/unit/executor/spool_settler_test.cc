// Results that wait for their stores, through outages and crashes of the executor.
#include "executor/spool_settler.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {
namespace {

const absl::Status kAway = absl::UnavailableError("away");

template <typename Condition>
void Await(const Condition& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("it never came about");
    std::this_thread::yield();
  }
}

// An executor with a spool, which can crash and be started again.
class SpoolRig : public ExecutorRig {
 public:
  SpoolRig() { StartAgain(); }
  ~SpoolRig() { results.reset(); }

  // A killed process leaves what is on disk, and leases that nobody renews.
  void Crash() {
    services->spool = nullptr;
    results.reset();
    spool.reset();
  }
  void StartAgain(const SpoolLimits& limits = {}) {
    Crash();
    auto opened = Spool::Open(state->path() + "/spool", limits);
    INFO(opened.status().ToString());
    REQUIRE(opened.ok());
    spool = *std::move(opened);
    results =
        std::make_unique<SpoolSettler>(*services, *spool, SpoolSettler::Options{.lease = kLease});
    results->Start();
  }
  // Builds `manifest_id`; the stores are as `away` makes them once the image is pushed.
  std::string BuildInto(const std::function<void()>& away,
                        const std::string& manifest_id = "good") {
    const std::string build = Submit(manifest_id);
    sbom.OnScan([away](std::stop_token) { away(); });
    RunNext();
    sbom.OnScan(nullptr);
    return build;
  }
  void LetLeaseExpire() {
    clock.Advance(kLease * 2);
    REQUIRE(queue.Tick().ok());
  }
  ClaimedJob ClaimAs(const std::string& executor) {
    const auto claimed = queue.Claim({executor, "amd64", NewNonce(), kLease});
    REQUIRE(claimed.ok());
    REQUIRE(claimed->has_value());
    return **claimed;
  }
  std::string NewNonce() { return absl::StrCat("nonce-", ++nonces_); }

  void CheckSettled(const std::string& build) {
    const Record record = MustGetRecord(build);
    CHECK(record.outcome == Outcome::kCompatible);
    CHECK(record.attempt == 1);
    CHECK(record.artifacts.size() == 4);
    CHECK(ArtifactText(record, "build.log").find("hello from good") != std::string::npos);
    CHECK(records.PackagesOf(build).size() == 1);
    CHECK(record.image.substr(record.image.find('@') + 1) == TagOf("good"));
    CHECK(MustGetJob(build).state == JobState::kDone);
    CHECK(MustGetJob(build).outcome == "compatible");
    CHECK(builder.builds() == 1);
    Await([this] { return spool->depth().entries == 0; });
    CHECK(std::filesystem::is_empty(state->path() + "/jobs"));
  }

  std::unique_ptr<Spool> spool;
  std::unique_ptr<SpoolSettler> results;

 private:
  int nonces_ = 0;
};

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
  Await([&] { return rig.clock.Now() > start + ExecutorRig::kLease + absl::Minutes(1); });
  CHECK(rig.spool->depth().entries == 1);
  CHECK(rig.TagOf("good").empty());  // no external move, also where only the queue is silent
  set(absl::OkStatus());
  rig.results->AwaitSettled(absl::Hours(3), {});
  rig.CheckSettled(build);
  CHECK_FALSE(rig.results->BlocksClaims());
}

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
    Await([&] { return rig.MustGetJob(build).state == JobState::kActive; });
    Await([&] {
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
  Await([&] { return rig.results->settling() == 0; });
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
    Await([&] { return rig.spool->depth().entries == 0; });
    CHECK(rig.MustGetRecord(build).token == other.token);
  }
  SECTION("it is used when the job comes back to us") {
    REQUIRE(rig.queue.Requeue({other.spec.job_id, other.token}).ok());
    rig.RunNext(false);
    Await([&] { return rig.spool->depth().entries == 0; });
    rig.CheckSettled(build);
    CHECK(rig.MustGetRecord(build).token > other.token);
  }
  SECTION("it is forgotten after a day") {
    // The clock is advanced in small steps elsewhere: a day takes more than a test has time for.
    rig.clock.Advance(absl::Hours(25));
    Await([&] { return rig.spool->depth().entries == 0; });
    CHECK(rig.builder.builds() == 1);
    CHECK(absl::IsNotFound(rig.records.GetRecord(build).status()));
  }
}

TEST_CASE("A lease that is lost while its result waits stops the settling", "[spool]") {
  SpoolRig rig;
  const std::string build = rig.BuildInto([&rig] { rig.records.SetAway(kAway); });
  const auto entry = rig.spool->Load(build);
  REQUIRE(entry.ok());
  REQUIRE(rig.queue.Requeue(entry->lease).ok());
  rig.ClaimAs("executor-2");
  const TimePump pump(rig.clock);
  Await([&] { return rig.results->settling() == 0; });
  rig.records.SetAway(absl::OkStatus());
  const absl::Time start = rig.clock.Now();
  Await([&] { return rig.clock.Now() > start + absl::Minutes(2); });
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
  Await([&] { return rig.clock.Now() > start + absl::Minutes(1); });
  rig.records.SetAway(absl::OkStatus());
  rig.results->AwaitSettled(absl::Hours(3), {});
  rig.CheckSettled(build);
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

TEST_CASE("A result that finds no room in the spool waits in its slot", "[spool]") {
  SpoolRig rig;
  rig.StartAgain({.entries = 0});
  std::jthread back;
  const std::string build = rig.BuildInto([&rig, &back] {
    rig.records.SetAway(kAway);
    back = std::jthread([&rig, start = rig.clock.Now()] {
      Await([&] { return rig.clock.Now() > start + absl::Minutes(3); });
      rig.records.SetAway(absl::OkStatus());
    });
  });
  rig.CheckSettled(build);
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
