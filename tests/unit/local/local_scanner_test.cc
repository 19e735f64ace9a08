#include "executor/local/local_scanner.h"

#include "common/base/file_util.h"
#include "tests/fakes/spdx_text.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/executor/scripted_runner.h"

namespace lif {
namespace {

bool Has(std::string_view text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string_view::npos;
}

struct Bench {
  TemporaryDirectory directory;
  ScriptedRunner runner;
  LocalOptions options;

  // The next program that runs leaves this document.
  void Write(const std::string& document) {
    ScriptedRunner::Script script;
    script.effect = [this, document] {
      CHECK(WriteFileAtomically(directory.path() + "/check/scan/sbom.json", document).ok());
    };
    runner.scripts.push_back(script);
  }
  absl::StatusOr<LocalScanner> Open() {
    return OpenLocalScanner(runner, options, directory.path() + "/check", {});
  }
};

TEST_CASE("local scanner: the one in PATH, when none is named") {
  Bench bench;
  bench.Write(SpdxOf({}));
  const auto scanner = bench.Open();
  REQUIRE(scanner.ok());
  CHECK(scanner->generator != nullptr);
  CHECK(scanner->remark.empty());
  REQUIRE(bench.runner.specs.size() == 1);
  CHECK(bench.runner.specs[0].argv.at(0) == "trivy");
}

TEST_CASE("local scanner: without one a build goes on, and is told why and what to do") {
  for (const char* document : {"", R"({"bomFormat": "CycloneDX"})"}) {
    Bench bench;
    bench.Write(document);
    const auto scanner = bench.Open();
    REQUIRE(scanner.ok());
    CHECK(scanner->generator == nullptr);
    CHECK(Has(scanner->remark, "no SBOM was made"));
    CHECK(Has(scanner->remark, "deploy/quickstart installs one"));
    CHECK(Has(scanner->remark, "LIF_SBOM_SCANNER"));
  }
}

TEST_CASE("local scanner: one that is named must work") {
  Bench bench;
  bench.options.sbom_scanner = "/opt/trivy";
  ScriptedRunner::Script script;
  script.err = "no such format\n";
  script.result = Exit(2);
  bench.runner.scripts.push_back(script);
  const auto scanner = bench.Open();
  CHECK(absl::IsFailedPrecondition(scanner.status()));
  CHECK(Has(scanner.status().ToString(), "no such format"));
  REQUIRE(bench.runner.specs.size() == 1);
  CHECK(bench.runner.specs[0].argv.at(0) == "/opt/trivy");
}

TEST_CASE("local scanner: none when none is wanted, and nothing is said or run") {
  Bench bench;
  bench.options.no_sbom = true;
  const auto scanner = bench.Open();
  REQUIRE(scanner.ok());
  CHECK(scanner->generator == nullptr);
  CHECK(scanner->remark.empty());
  CHECK(bench.runner.specs.empty());
}

}  // namespace
}  // namespace lif
