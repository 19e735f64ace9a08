#include "executor/job_runner.h"

#include <sys/stat.h>

#include <filesystem>

#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/ids.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {
namespace {

std::vector<std::string> ArtifactNames(const Record& record) {
  std::vector<std::string> names;
  for (const Artifact& artifact : record.artifacts) names.push_back(artifact.name);
  return names;
}

TEST_CASE("A build that passes is recorded, tagged and completed") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  rig.RunNext();

  const Record record = rig.MustGetRecord(build);
  INFO(record.failure.message);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.failure.failure == FailureClass::kNone);
  CHECK(record.executor == "executor-1");
  CHECK(record.attempt == 1);
  CHECK(record.generation == 1);
  CHECK(record.token > 0);
  CHECK(record.image.rfind("registry.example/lif/images@sha256:", 0) == 0);
  CHECK(record.tags == std::vector<std::string>{"registry.example/lif/images:good-linux-amd64",
                                                "registry.example/lif/images:good"});
  for (const char* stage : {"prepare", "render", "contexts", "build", "push", "test", "sbom"}) {
    CHECK(record.stages.count(stage) == 1);
  }
  REQUIRE(record.layers.size() == 3);
  CHECK(record.layers[0].slot == "base");
  CHECK(record.layers[1].module_ref == "motd@1.0.0");
  CHECK(record.layers[2].slot == "app");
  CHECK(record.layers[2].steps_run == 1);
  REQUIRE(record.tests.size() == 3);
  CHECK(record.tests[0].module_ref == "motd@1.0.0");
  CHECK(record.tests[1].name == "says-yes");
  CHECK(record.tests[2].module_ref.empty());
  CHECK(ArtifactNames(record) ==
        std::vector<std::string>{"evidence.log", "build.log", "Dockerfile", "sbom.spdx.json"});
  CHECK(rig.ArtifactText(record, "build.log").find("hello from good") != std::string::npos);
  const std::string evidence = rig.ArtifactText(record, "evidence.log");
  CHECK(evidence.find("verdict: compatible") != std::string::npos);
  CHECK(evidence.find("PASS template: template-test") != std::string::npos);

  CHECK(record.image.substr(record.image.find('@') + 1) == rig.TagOf("good"));
  CHECK(rig.registry.tags().count("registry.example/lif/images:build-" + build) == 1);
  CHECK(rig.MustGetJob(build).state == JobState::kDone);
  CHECK(rig.MustGetJob(build).outcome == "compatible");
  CHECK(std::filesystem::is_empty(rig.state->path() + "/jobs"));
}

TEST_CASE("The modules' files reach the build with fixed modes and times") {
  ExecutorRig rig;
  rig.Submit("good");
  bool seen = false;
  rig.builder.OnBuild([&seen](const ImageBuildRequest& request) {
    REQUIRE(request.contexts.size() == 1);
    const std::string file = request.contexts.begin()->second + "/etc/motd";
    CHECK(*ReadFile(file, 100) == "welcome\n");
    struct stat info;
    REQUIRE(stat(file.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0644);
    // Of the content, and after the epoch, to which the layer's times are set back.
    CHECK(info.st_mtim.tv_sec == 1738785435);
    CHECK(info.st_mtim.tv_nsec == 245664756);
    CHECK(request.epoch == 1700000000);
    REQUIRE(request.cache_to.size() == 2);
    CHECK(request.cache_to[0] == "registry.example/lif/cache:linux-amd64-good");
    CHECK(request.cache_to[1].find("registry.example/lif/cache:linux-amd64-layer-") == 0);
    REQUIRE(request.cache_from.size() == 3);
    CHECK(request.cache_from[0] == request.cache_to[1]);
    CHECK(std::filesystem::is_empty(request.empty_context));
    seen = true;
  });
  rig.RunNext();
  CHECK(seen);
}

TEST_CASE("A RUN that fails is told in the words of the module") {
  ExecutorRig rig;
  const std::string build = rig.Submit("run-fails");
  rig.RunNext();
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kFailed);
  CHECK(record.failure.failure == FailureClass::kUser);
  CHECK(record.failure.stage == "build");
  CHECK(record.failure.module_ref == "run-fails@1.0.0");
  CHECK(record.failure.fragment_line == 2);
  CHECK(record.failure.command == "RUN echo it broke && exit 42");
  CHECK(record.failure.exit_code == 42);
  CHECK(record.image.empty());
  CHECK(rig.TagOf("run-fails").empty());
  CHECK(rig.MustGetJob(build).state == JobState::kDone);
  const std::string error = rig.ArtifactText(record, "error-" + build + ".json");
  CHECK(error.find("\"fragment_line\": 2") != std::string::npos);
  CHECK(error.find("\"it broke\"") != std::string::npos);
  CHECK(error.find("\"class\": \"user\"") != std::string::npos);
}

TEST_CASE("A test that fails makes the image incompatible and moves no tag") {
  ExecutorRig rig;
  const std::string build = rig.Submit("test-fails");
  rig.RunNext();
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kIncompatible);
  CHECK(record.failure.stage == "test");
  CHECK(record.failure.module_ref == "test-fails@1.0.0");
  CHECK(record.failure.exit_code == 7);
  CHECK(record.failure.command == "exit 7");
  CHECK_FALSE(record.image.empty());
  CHECK(record.tags.empty());
  REQUIRE(record.tests.size() == 3);
  CHECK(record.tests[2].name == "finds-fault");
  CHECK_FALSE(record.tests[2].passed);
  CHECK(rig.TagOf("test-fails").empty());
  CHECK(rig.MustGetJob(build).outcome == "incompatible");
}

TEST_CASE("A failure of ours is tried again, and becomes an error when attempts are used up") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  BuildFailure failure;
  failure.failure = FailureClass::kTransient;
  failure.message = "connection reset by peer";
  for (int attempt = 1; attempt <= 3; ++attempt) {
    rig.builder.FailNext(failure);
    rig.RunNext();
    if (attempt == 3) break;
    CHECK(rig.MustGetJob(build).state == JobState::kDelayed);
    CHECK(rig.MustGetJob(build).last_error.find("connection reset") != std::string::npos);
    CHECK_FALSE(rig.records.GetRecord(build).ok());
    rig.clock.Advance(absl::Hours(1));
    REQUIRE(rig.queue.Tick().ok());
  }
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kError);
  CHECK(record.failure.failure == FailureClass::kTransient);
  CHECK(record.attempt == 3);
  // The log goes on over the attempts.
  const std::string log = rig.ArtifactText(record, "build.log");
  CHECK(log.find("Attempt 1 failed") != std::string::npos);
  CHECK(log.find("Attempt 3 failed") != std::string::npos);
  CHECK(rig.MustGetJob(build).state == JobState::kDone);
  CHECK(rig.builder.builds() == 3);
}

TEST_CASE("What the queue says is not believed") {
  ExecutorRig rig;
  JobSpec spec = rig.Spec("good");
  std::string reason;
  SECTION("another key") {
    spec.key = std::string(64, 'f');
    reason = "the queue's entry is corrupt";
  }
  SECTION("another platform") {
    spec.platform = "linux/arm64";
    reason = "this executor builds linux/amd64";
  }
  SECTION("a manifest that is not published") {
    spec.manifest_id = "no-such-manifest";
    reason = "no-such-manifest";
  }
  SECTION("an image's key as a layer's") {
    spec.kind = JobKind::kLayer;
    reason = "the job says layer key";
  }
  SECTION("a build ID that is none") {
    spec.build_id = "..:..:tmp";
    reason = "is no build ID";
  }
  spec.job_id = spec.key + ".1";
  rig.SubmitSpec(spec);
  rig.RunNext();
  const JobView job = rig.MustGetJob(spec.build_id);
  CHECK(job.dead);
  INFO(job.last_error);
  CHECK(job.last_error.find(reason) != std::string::npos);
  CHECK(rig.builder.builds() == 0);
  // Whatever key it claimed has no record from it.
  CHECK_FALSE(rig.records.GetRecord(spec.build_id).ok());
  // The executor lives.
  const std::string next = rig.Submit("good", 2);
  rig.RunNext();
  CHECK(rig.MustGetRecord(next).outcome == Outcome::kCompatible);
}

TEST_CASE("An executor that is configured unlike its control plane buries nothing") {
  ExecutorRig rig;
  rig.services->identity.recipe.network = "host";
  const std::string build = rig.Submit("good");
  rig.RunNext();
  const JobView job = rig.MustGetJob(build);
  CHECK(job.state == JobState::kDelayed);
  CHECK(job.last_error.find("--network=host") != std::string::npos);
  CHECK(rig.builder.builds() == 0);
}

TEST_CASE("Whoever finds a record after a claim publishes and completes") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  Record record;
  bool published = false;
  std::string recorded = build;
  SECTION("its predecessor died between commit and publish") {}
  SECTION("its predecessor died between publish and complete") {
    published = true;
  }
  SECTION("the queue lost its memory meanwhile, and named the build anew") {
    recorded = NewUlid(rig.clock.Now());
  }
  {
    ExecutorRig other;
    const std::string id = other.Submit("good");
    other.RunNext();
    record = other.MustGetRecord(id);
    record.build_id = recorded;
    record.executor = "executor-0";
  }
  const std::string digest = record.image.substr(record.image.find('@') + 1);
  rig.registry.Know("registry.example/lif/images:build-" + recorded, digest, ImageManifest());
  REQUIRE(rig.records.Commit(record).ok());
  if (published) {
    REQUIRE(rig.registry.Tag(record.image, record.tags.at(0), absl::Seconds(1), {}).ok());
  }
  rig.RunNext();
  CHECK(rig.builder.builds() == 0);
  CHECK(rig.TagOf("good") == digest);
  CHECK(rig.MustGetRecord(recorded).executor == "executor-0");
  CHECK(rig.records.ListRecords({})->size() == 1);
  CHECK(rig.MustGetJob(build).state == JobState::kDone);
}

}  // namespace
}  // namespace lif
