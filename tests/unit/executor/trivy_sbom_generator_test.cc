#include "executor/trivy_sbom_generator.h"

#include <algorithm>
#include <filesystem>

#include "common/base/file_util.h"
#include "tests/fakes/fake_sbom_generator.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/executor/scripted_runner.h"

namespace lif {
namespace {

bool Has(const absl::Status& status, const std::string& text) {
  INFO(status.ToString());
  return std::string(status.message()).find(text) != std::string::npos;
}

struct Bench {
  TemporaryDirectory directory;
  ScriptedRunner runner;
  std::string scratch = directory.path() + "/sbom";
  SbomRequest request{directory.path() + "/image", scratch, absl::Minutes(7)};

  // The next run leaves this document.
  void Write(const std::string& document) {
    ScriptedRunner::Script script;
    script.effect = [this, document] {
      CHECK(WriteFileAtomically(scratch + "/sbom.json", document).ok());
    };
    runner.scripts.push_back(script);
  }
  void Fail(ProcessResult result, const std::string& err) {
    ScriptedRunner::Script script;
    script.err = err;
    script.result = result;
    runner.scripts.push_back(script);
  }
};

TEST_CASE("trivy: the command uses no network and leaves nothing outside its directory") {
  CHECK(TrivyCommand({"/opt/trivy", ""}, {"/jobs/1/image", "/jobs/1/sbom", absl::Minutes(7)}) ==
        std::vector<std::string>{"/opt/trivy", "image", "--quiet", "--input=/jobs/1/image",
                                 "--format=spdx-json", "--output=/jobs/1/sbom/sbom.json",
                                 "--cache-dir=/jobs/1/sbom/cache", "--offline-scan",
                                 "--skip-db-update", "--skip-java-db-update", "--timeout=420s"});
}

TEST_CASE("trivy: the document is answered as it was written") {
  Bench bench;
  bench.Write("{\"any\": 1}");
  TrivySbomGenerator trivy(bench.runner, {"trivy", ""});
  const auto scan = trivy.Generate(bench.request, {});
  REQUIRE(scan.ok());
  CHECK(scan->document == "{\"any\": 1}");
  CHECK(scan->argv == TrivyCommand({"trivy", ""}, bench.request));
  const ProcessSpec& spec = bench.runner.specs.at(0);
  CHECK(spec.deadline == absl::Minutes(7));
  CHECK(spec.working_directory == bench.scratch + "/tmp");
  CHECK(spec.env.at("HOME") == spec.working_directory);
  CHECK(spec.env.at("TMPDIR") == spec.working_directory);
  // Not even for an image with jars does it want to download an index.
  CHECK(std::filesystem::exists(bench.scratch + "/cache/java-db/metadata.json"));
}

TEST_CASE("trivy: a Java index is linked, not copied") {
  Bench bench;
  bench.Write("{}");
  const std::string index = bench.directory.path() + "/index";
  REQUIRE(MakeDirectories(index).ok());
  TrivySbomGenerator trivy(bench.runner, {"trivy", index});
  REQUIRE(trivy.Generate(bench.request, {}).ok());
  CHECK(std::filesystem::read_symlink(bench.scratch + "/cache/java-db") == index);
}

TEST_CASE("trivy: how it ends is told") {
  Bench bench;
  TrivySbomGenerator trivy(bench.runner, {"trivy", ""});
  bench.Fail(Exit(1), "2026 FATAL image scan error: broken layer\n");
  absl::Status status = trivy.Generate(bench.request, {}).status();
  CHECK(absl::IsUnavailable(status));
  CHECK(Has(status, "trivy ended with exit code 1: 2026 FATAL image scan error: broken layer"));
  ProcessResult killed = End(ProcessResult::End::kSignalled);
  killed.signal = 9;
  bench.Fail(killed, "");
  status = trivy.Generate(bench.request, {}).status();
  CHECK(absl::IsUnavailable(status));
  CHECK(Has(status, "was killed by signal 9"));
  bench.Fail(End(ProcessResult::End::kDeadline), "");
  CHECK(absl::IsDeadlineExceeded(trivy.Generate(bench.request, {}).status()));
  bench.Fail(End(ProcessResult::End::kStopped), "");
  CHECK(absl::IsCancelled(trivy.Generate(bench.request, {}).status()));
  bench.Fail(Exit(0), "");
  status = trivy.Generate(bench.request, {}).status();
  CHECK(absl::IsUnavailable(status));
  CHECK(Has(status, "wrote no document"));
}

TEST_CASE("trivy: what an earlier scan left is not taken for an answer") {
  Bench bench;
  REQUIRE(MakeDirectories(bench.scratch).ok());
  REQUIRE(WriteFileAtomically(bench.scratch + "/sbom.json", "old").ok());
  bench.Fail(Exit(0), "");
  CHECK_FALSE(TrivySbomGenerator(bench.runner, {"trivy", ""}).Generate(bench.request, {}).ok());
}

TEST_CASE("trivy: the check scans an empty image and leaves nothing") {
  Bench bench;
  TrivySbomGenerator trivy(bench.runner, {"trivy", ""});
  const std::string scratch = bench.directory.path() + "/check";
  bench.scratch = scratch + "/scan";
  bench.Write(SpdxOf({}));
  CHECK(trivy.Check(scratch, {}).ok());
  CHECK_FALSE(std::filesystem::exists(scratch));
  bench.Write(R"({"bomFormat":"CycloneDX","specVersion":"1.7"})");
  absl::Status status = trivy.Check(scratch, {});
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(Has(status, "--sbom-scanner does not work: this is no SPDX 2.3 document: it is CycloneDX"));
  CHECK(Has(status, "--no-sbom"));
  bench.Fail(Exit(127), "setpriv: failed to execute trivy: No such file or directory\n");
  status = trivy.Check(scratch, {});
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(Has(status, "failed to execute trivy"));
  CHECK(Has(status, "deploy/quickstart"));
}

}  // namespace
}  // namespace lif
