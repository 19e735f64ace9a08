// How the runner meets cancellation, lost leases and stores that are away.
#include "executor/job_runner.h"

#include <filesystem>

#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "tests/support/await.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {
namespace {

TEST_CASE("A cancelled build stops and is recorded as cancelled") {
  ExecutorRig rig;
  const std::string build = rig.Submit("slow");
  rig.builder.OnBuild([&rig, &build](const ImageBuildRequest&) {
    REQUIRE(*rig.queue.Cancel(build, "default") == CancelResult::kRequested);
  });
  rig.RunNext();
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kCancelled);
  CHECK(record.failure.failure == FailureClass::kCancelled);
  CHECK(record.failure.stage == "build");
  CHECK(record.stages.at("build") < absl::Seconds(400));
  CHECK(rig.MustGetJob(build).outcome == "cancelled");
}

TEST_CASE("A test whose container is killed from outside says nothing about the image") {
  ExecutorRig rig;
  const std::string build = rig.Submit("test-killed");
  rig.RunNext();
  CHECK_FALSE(rig.records.GetRecord(build).ok());
  const JobView job = rig.MustGetJob(build);
  CHECK(job.state == JobState::kDelayed);
  CHECK(job.attempt == 2);
  CHECK(job.last_error.find("the container of test is-killed was killed from outside") == 0);
}

TEST_CASE("A test that runs out of memory is a verdict") {
  ExecutorRig rig;
  const std::string build = rig.Submit("test-oom");
  rig.RunNext();
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kIncompatible);
  CHECK(record.failure.failure == FailureClass::kUser);
  CHECK(record.failure.message.find("its memory ran out") != std::string::npos);
}

TEST_CASE("A job that was cancelled before it ran only gets its record") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  REQUIRE(*rig.queue.Cancel(build, "default") == CancelResult::kCancelled);
  rig.RunNext();
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kCancelled);
  CHECK(rig.builder.builds() == 0);
  CHECK(rig.MustGetJob(build).state == JobState::kDone);
}

TEST_CASE("A lease that is lost stops the work, and nothing is written") {
  ExecutorRig rig;
  const std::string build = rig.Submit("slow");
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token});
  rig.builder.OnBuild([&rig, &job](const ImageBuildRequest&) {
    // Somebody else gets the job meanwhile.
    REQUIRE(rig.queue.Requeue({job.spec.job_id, job.token}).ok());
    REQUIRE(rig.queue.Claim({"executor-2", "amd64", "nonce", ExecutorRig::kLease}).ok());
  });
  {
    const TimePump pump(rig.clock);
    rig.runner->Handle(job, *lease);
  }
  CHECK(lease->reason() == StopReason::kLost);
  CHECK_FALSE(rig.records.GetRecord(build).ok());
  CHECK(rig.MustGetJob(build).state == JobState::kActive);
  CHECK(rig.MustGetJob(build).executor == "executor-2");
  CHECK(std::filesystem::is_empty(rig.state->path() + "/jobs"));
}

TEST_CASE("An executor that was stopped for longer than its lease writes nothing late") {
  ExecutorRig rig;
  const std::string manifest = GENERATE("good", "run-fails");
  const std::string build = rig.Submit(manifest);
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token});
  Record theirs;
  rig.builder.OnBuild([&](const ImageBuildRequest&) {
    rig.keeper->Stop();  // as SIGSTOP does, with all the rest
    rig.clock.Advance(ExecutorRig::kLease * 2);
    REQUIRE(rig.queue.Tick().ok());
    const auto other = rig.queue.Claim({"executor-2", "amd64", "nonce", ExecutorRig::kLease});
    REQUIRE(other.ok());
    REQUIRE(other->has_value());
    theirs.build_id = build;
    theirs.build_key = job.spec.key;
    theirs.token = (*other)->token;
    theirs.manifest_id = manifest;
    theirs.platform = "linux/amd64";
    theirs.outcome = manifest == "good" ? Outcome::kCompatible : Outcome::kFailed;
    REQUIRE(rig.records.Commit(theirs).ok());
    REQUIRE(rig.queue.Complete({job.spec.job_id, theirs.token}, "incompatible").ok());
    lease->SetEnding(true);  // the heartbeat is not to be what saves it
    rig.keeper->Start();
  });
  {
    const TimePump pump(rig.clock);
    rig.runner->Handle(job, *lease);
  }
  CHECK(rig.MustGetRecord(build).token == theirs.token);
  CHECK(rig.records.ListRecords({})->size() == 1);
  CHECK(rig.TagOf("good").empty());
  CHECK(rig.MustGetJob(build).outcome == "incompatible");  // what the other said, not we
  CHECK(lease->reason() == StopReason::kLost);
  CHECK(std::filesystem::is_empty(rig.state->path() + "/jobs"));
}

TEST_CASE("No answer from the queue does not stop a build") {
  ExecutorRig rig;
  const std::string build = rig.Submit("slow");
  std::jthread back;
  rig.builder.OnBuild([&rig, &back](const ImageBuildRequest&) {
    rig.queue.SetAway(absl::UnavailableError("away"));
    back = std::jthread([&rig] {
      AwaitSoon([&rig] { return rig.registry.pushes() > 0; });
      rig.queue.SetAway(absl::OkStatus());
    });
  });
  rig.RunNext();
  CHECK(rig.MustGetRecord(build).outcome == Outcome::kCompatible);
  CHECK(rig.builder.builds() == 1);
  CHECK_FALSE(rig.TagOf("slow").empty());
  CHECK(rig.MustGetJob(build).state == JobState::kDone);
}

TEST_CASE("Results wait for stores that are away") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  const absl::Status away = absl::UnavailableError("away");
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
  std::atomic<int64_t> until = 0;  // seconds since 1970
  rig.builder.OnBuild([&](const ImageBuildRequest&) {
    set(away);
    until = absl::ToUnixSeconds(rig.clock.Now() + absl::Minutes(3));
  });
  std::jthread back([&](std::stop_token stop) {
    AwaitSoon([&] {
      return stop.stop_requested() || (until != 0 && absl::ToUnixSeconds(rig.clock.Now()) >= until);
    });
    set(absl::OkStatus());
  });
  rig.RunNext();
  CHECK(rig.MustGetRecord(build).outcome == Outcome::kCompatible);
  CHECK(rig.builder.builds() == 1);
  CHECK_FALSE(rig.TagOf("good").empty());
  CHECK(rig.MustGetJob(build).state == JobState::kDone);
}

TEST_CASE("A catalog that is away costs no attempt") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  rig.catalog->SetAway(absl::UnavailableError("away"));
  std::jthread back([&rig, start = rig.clock.Now()] {
    AwaitSoon([&] { return rig.clock.Now() >= start + absl::Minutes(2); });
    rig.catalog->SetAway(absl::OkStatus());
  });
  rig.RunNext();
  CHECK(rig.MustGetRecord(build).outcome == Outcome::kCompatible);
  CHECK(rig.MustGetRecord(build).attempt == 1);
}

TEST_CASE("A build past its deadline is tried again as a timeout") {
  ExecutorRig rig;
  rig.services->limits.build = absl::Seconds(10);
  const std::string build = rig.Submit("slow");
  const ClaimedJob job = rig.Claim();
  const auto lease = rig.keeper->Hold({job.spec.job_id, job.token});
  {
    const TimePump pump(rig.clock);
    JobRunner(*rig.services).Handle(job, *lease);
  }
  CHECK(rig.MustGetJob(build).state == JobState::kDelayed);
  CHECK(rig.MustGetJob(build).last_error.find("did not end within its time") != std::string::npos);
}

TEST_CASE("A file of a module that is damaged in the store never reaches a build") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  rig.blobs.Damage(Sha256Hex("welcome\n"), "tampered");
  rig.RunNext();
  CHECK(rig.builder.builds() == 0);
  CHECK(rig.MustGetJob(build).state == JobState::kDelayed);
  CHECK(rig.MustGetJob(build).last_error.find("etc/motd") != std::string::npos);
}

TEST_CASE("Too little disk is a matter of capacity, found before the build") {
  ExecutorRig rig;
  rig.services->limits.min_free_disk = ~uint64_t{0};
  const std::string build = rig.Submit("good");
  rig.RunNext();
  CHECK(rig.builder.builds() == 0);
  CHECK(rig.MustGetJob(build).last_error.find("MiB are needed") != std::string::npos);
}

TEST_CASE("A second build of the same manifest reuses its steps") {
  ExecutorRig rig;
  rig.Submit("good");
  rig.RunNext();
  const std::string again = rig.Submit("good", 2);
  rig.RunNext();
  const Record record = rig.MustGetRecord(again);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.steps_run == 0);
  CHECK(record.steps_cached == 2);
  CHECK(record.layers[2].use == LayerUse::kReused);
  CHECK(rig.builder.runs() == 1);
}

}  // namespace
}  // namespace lif
