// The SBOM of a build: made beside the tests, and what a scanner's failure does to the verdict.
#include <atomic>

#include "common/sbom/spdx.h"
#include "tests/support/await.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {
namespace {

bool HasSbom(const Record& record) {
  for (const Artifact& artifact : record.artifacts) {
    if (artifact.name == "sbom.spdx.json") return true;
  }
  return false;
}

TEST_CASE("The packages of the image are in the record, and the document is its artifact") {
  ExecutorRig rig;
  rig.sbom.SetPackages({"pkg:npm/b@2", "pkg:deb/debian/a@1:1?arch=amd64"});
  const std::string build = rig.Submit("good");
  rig.RunNext();
  // GetRecord leaves packages out; what was committed is what the artifact says.
  const Record record = rig.MustGetRecord(build);
  const std::string document = rig.ArtifactText(record, "sbom.spdx.json");
  const auto packages = SpdxPackages(document);
  REQUIRE(packages.ok());
  CHECK(rig.records.PackagesOf(build) == *packages);
  REQUIRE(packages->size() == 2);
  CHECK((*packages)[0].name == "a");
  CHECK((*packages)[0].arch == "amd64");
  CHECK(document.find("\"name\": \"good-linux-amd64\"") != std::string::npos);
  CHECK(document.find("2023-11-14T22:13:20Z") != std::string::npos);  // the base's epoch
  const std::string evidence = rig.ArtifactText(record, "evidence.log");
  CHECK(evidence.find("fake-scanner") != std::string::npos);
  CHECK(evidence.find("2 packages") != std::string::npos);
}

TEST_CASE("The scanner runs while the tests do") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  std::atomic<bool> tested_meanwhile = false;
  rig.sbom.OnScan([&](std::stop_token stop) {
    AwaitSoon([&] { return stop.stop_requested() || !rig.tester.requests().empty(); });
    tested_meanwhile = !rig.tester.requests().empty();
  });
  rig.RunNext();
  CHECK(tested_meanwhile);
  CHECK(rig.MustGetRecord(build).outcome == Outcome::kCompatible);
}

TEST_CASE("A scanner that fails is tried again, and then is an error that keeps the tests") {
  ExecutorRig rig;
  absl::Status fault = absl::UnavailableError("the SBOM scanner ended with exit code 1: no disk");
  FailureClass expected = FailureClass::kInfrastructure;
  std::string document;
  SECTION("it ends with an error") {}
  SECTION("it takes too long") {
    fault = absl::DeadlineExceededError("the SBOM scanner did not end within 10m");
    expected = FailureClass::kTimeout;
  }
  SECTION("it writes something else") {
    document = R"({"bomFormat":"CycloneDX","specVersion":"1.7"})";
  }
  const std::string build = rig.Submit("good");
  for (int attempt = 1; attempt <= 3; ++attempt) {
    document.empty() ? rig.sbom.FailNext(fault) : rig.sbom.AnswerNext(document);
    rig.RunNext();
    if (attempt == 3) break;
    CHECK(rig.MustGetJob(build).state == JobState::kDelayed);
    rig.clock.Advance(absl::Hours(1));
    REQUIRE(rig.queue.Tick().ok());
  }
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kError);
  CHECK(record.failure.failure == expected);
  CHECK(record.failure.stage == "sbom");
  CHECK(record.failure.message.find("no SBOM of the image: ") == 0);
  CHECK(record.stages.count("sbom") == 1);
  REQUIRE(record.tests.size() == 3);
  for (const TestResult& test : record.tests) CHECK(test.passed);
  CHECK_FALSE(record.image.empty());
  CHECK_FALSE(HasSbom(record));
  CHECK(rig.TagOf("good").empty());
}

TEST_CASE("One failure of the scanner costs one attempt") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  rig.sbom.FailNext(absl::UnavailableError("killed"));
  rig.RunNext();
  rig.clock.Advance(absl::Hours(1));
  REQUIRE(rig.queue.Tick().ok());
  rig.RunNext();
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.attempt == 2);
  CHECK(HasSbom(record));
}

TEST_CASE("The verdict of a failed test stands, whatever the scanner does") {
  ExecutorRig rig;
  const std::string build = rig.Submit("test-fails");
  const bool scanned = GENERATE(true, false);
  if (!scanned) rig.sbom.FailNext(absl::UnavailableError("killed"));
  rig.RunNext();
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kIncompatible);
  CHECK(record.failure.stage == "test");
  CHECK(HasSbom(record) == scanned);
  if (scanned) return;
  const std::string evidence = rig.ArtifactText(record, "evidence.log");
  CHECK(evidence.find("no SBOM of the image: killed") != std::string::npos);
}

TEST_CASE("A build that is cancelled stops its scanner") {
  ExecutorRig rig;
  const std::string build = rig.Submit("good");
  std::atomic<bool> stopped = false;
  rig.sbom.OnScan([&](std::stop_token stop) {
    REQUIRE(*rig.queue.Cancel(build, "default") == CancelResult::kRequested);
    AwaitSoon([&stop] { return stop.stop_requested(); });
    stopped = true;
  });
  rig.RunNext();
  CHECK(stopped);
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kCancelled);
  CHECK_FALSE(HasSbom(record));
}

TEST_CASE("An executor without a scanner records builds, and says what they lack") {
  ExecutorRig rig;
  rig.services->sbom = nullptr;
  const std::string build = rig.Submit("good");
  rig.RunNext();
  const Record record = rig.MustGetRecord(build);
  CHECK(record.outcome == Outcome::kCompatible);
  CHECK(record.stages.count("sbom") == 0);
  CHECK_FALSE(HasSbom(record));
  CHECK(rig.sbom.scans() == 0);
  const std::string evidence = rig.ArtifactText(record, "evidence.log");
  CHECK(evidence.find("no SBOM: this executor has no scanner") != std::string::npos);
}

TEST_CASE("A build that fails needs no scan") {
  ExecutorRig rig;
  rig.Submit("run-fails");
  rig.RunNext();
  CHECK(rig.sbom.scans() == 0);
}

}  // namespace
}  // namespace lif
