// lif build --local, with a script in the place of lif-executor.
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "absl/time/clock.h"

#include "common/base/file_util.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

constexpr char kSubmitted[] =
    R"({"submitted":{"manifest_id":"web","platform":"linux/amd64","build_id":"01A","generation":1}})";
constexpr char kStep[] =
    R"({"event":{"build_id":"01A","state":"BUILD_STATE_RUNNING","stage":"build","executor":"local",)"
    R"("attempt":1,"step":{"number":1,"total":2,"name":"[app-web 1/1] RUN true"}}})";

bool Has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

std::string RecordLine(const std::string& outcome, const std::string& more,
                       const std::string& directory) {
  return R"({"record":{"build_id":"01A","manifest_id":"web","platform":"linux/amd64","outcome":")" +
         outcome + "\"" + more + R"(,"tags":["lif.local/images:web-linux-amd64"]},"directory":")" +
         directory + "\"}";
}

// A program that ignores its arguments but keeps them, and prints what it is given.
class FakeExecutor {
 public:
  explicit FakeExecutor(const std::vector<std::string>& lines, const std::string& then = "exit 0") {
    std::string script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > " + arguments() + "\n";
    for (const std::string& line : lines) script += "echo '" + line + "'\n";
    REQUIRE(WriteFileAtomically(program(), script + then + "\n", 0755).ok());
  }
  std::string program() const { return directory_.path() + "/lif-executor"; }
  std::string arguments() const { return directory_.path() + "/arguments"; }
  const std::string& directory() const { return directory_.path(); }

  CliRun Run(const std::vector<std::string>& more = {}, std::stop_token interrupt = {}) const {
    std::vector<std::string> args = {"build", "--local",       "--catalog",
                                     "cat",   "--manifest-id", "web"};
    args.insert(args.end(), more.begin(), more.end());
    return RunAlone(args, program(), interrupt);
  }

 private:
  TemporaryDirectory directory_;
};

TEST_CASE("local: steps and report are those of a build by a factory, marked local") {
  const FakeExecutor executor({kSubmitted, kStep, RecordLine("OUTCOME_COMPATIBLE", "", "res/01A")});
  const CliRun run = executor.Run();
  CHECK(run.code == 0);
  CHECK(Has(run.err, "web linux/amd64  local build 01A\n"));
  CHECK(Has(run.err, "web linux/amd64: 1/2 [app-web 1/1] RUN true\n"));
  CHECK(Has(run.out, "compatible  web linux/amd64"));
  CHECK(Has(run.out, "lif.local/images:web-linux-amd64"));
  CHECK(Has(run.out, "no factory has recorded it"));
  CHECK(Has(run.out, "res/01A/evidence.log"));
  CHECK_FALSE(Has(run.out, "lif records show"));
}

TEST_CASE("local: what is asked for reaches the program") {
  const FakeExecutor executor({kSubmitted, RecordLine("OUTCOME_COMPATIBLE", "", "res/01A")});
  CHECK(executor
            .Run({"--platform", "linux/arm64", "--base-from", "site", "--state-dir", "here",
                  "--capability", "gpu", "--secret-dir", "keys"})
            .code == 0);
  CHECK(ReadFile(executor.arguments(), 4096).value() ==
        "local\n--catalog=cat\n--manifest-id=web\n--state-dir=here\n--platform=linux/arm64\n"
        "--base-from=site\n--secret-dir=keys\n--capability=gpu\n");
}

TEST_CASE("local: a failure is told with its place and last output, and decides the exit code") {
  const TemporaryDirectory results;
  REQUIRE(
      WriteFileAtomically(results.path() + "/error-01A.json", R"({"log_tail":["one","it broke"]})")
          .ok());
  const std::string failure =
      R"(,"failure":{"failure_class":"FAILURE_CLASS_USER","stage":"build","module":"web@1.0.0",)"
      R"("fragment_line":4,"command":"RUN false","exit_code":42,"message":"it ended"})";
  const FakeExecutor executor({kSubmitted, RecordLine("OUTCOME_FAILED", failure, results.path())});
  const CliRun run = executor.Run();
  CHECK(run.code == 1);
  CHECK(Has(run.out, "web@1.0.0, fragment.Dockerfile line 4"));
  CHECK(Has(run.out, "RUN false"));
  CHECK(Has(run.out, "it broke"));
  CHECK(Has(run.out, results.path() + "/build.log"));
  CHECK(FakeExecutor({kSubmitted, RecordLine("OUTCOME_INCOMPATIBLE", "", "r")}).Run().code == 4);
  CHECK(FakeExecutor({kSubmitted, RecordLine("OUTCOME_ERROR", "", "r")}).Run().code == 5);
}

TEST_CASE("local: JSON is that of a factory's builds, with where the files are") {
  const FakeExecutor executor({kSubmitted, kStep, RecordLine("OUTCOME_COMPATIBLE", "", "res/01A")});
  const CliRun run = executor.Run({"--output", "json"});
  const auto build = nlohmann::json::parse(run.out)["builds"][0];
  CHECK(build["local"] == true);
  CHECK(build["directory"] == "res/01A");
  CHECK(build["record"]["outcome"] == "compatible");
  CHECK(build["manifest_id"] == "web");
}

TEST_CASE("local: an error of the program keeps its words and its exit code") {
  const CliRun away =
      FakeExecutor({R"({"error":{"code":14,"message":"Docker does not answer"}})"}).Run();
  CHECK(away.code == 3);
  CHECK(away.err == "error: Docker does not answer\n");
  const CliRun later =
      FakeExecutor({kSubmitted, R"({"error":{"code":9,"message":"requires gpu"}})"}).Run();
  CHECK(Has(later.err, "error: requires gpu\n"));
  CHECK(later.code == 2);
}

TEST_CASE("local: a program that ends without a result, or says what is not understood") {
  const CliRun early = FakeExecutor({kSubmitted}, "echo 'out of luck' >&2; exit 7").Run();
  CHECK(early.code == 5);
  CHECK(Has(early.err, "ended without a result (exit code 7):"));
  CHECK(Has(early.err, "out of luck"));
  for (const char* line : {"hello", "[]", "{}", R"({"submitted":7})", R"({"error":"x"})",
                           R"({"submitted":{"generation":"many"}})", R"({"record":{}})",
                           R"({"error":{"code":"x","message":7}})"}) {
    INFO(line);
    const CliRun odd = FakeExecutor({line}).Run();
    CHECK(odd.code == 5);
    CHECK(Has(odd.err, "install both from one build"));
  }
}

TEST_CASE("local: the program that is missing is named") {
  const CliRun run =
      RunAlone({"build", "--local", "--catalog", "c", "--manifest-id", "m"}, "/nonexistent/lif-x");
  CHECK(run.code == 2);
  CHECK(Has(run.err, "/nonexistent/lif-x"));
}

TEST_CASE("local: an interrupt asks the program to end, and waits until it has") {
  const TemporaryDirectory directory;
  const std::string begun = directory.path() + "/begun", ended = directory.path() + "/ended";
  const FakeExecutor executor({kSubmitted}, "trap 'sleep 0.2; : > " + ended +
                                                "; exit 0' TERM; : > " + begun +
                                                "; while :; do sleep 0.05; done");
  std::stop_source interrupt;
  std::jthread interrupting([&] {
    while (access(begun.c_str(), F_OK) != 0) absl::SleepFor(absl::Milliseconds(5));
    interrupt.request_stop();
  });
  const CliRun run = executor.Run({}, interrupt.get_token());
  CHECK(run.code == 130);
  CHECK(Has(run.err, "nothing of it runs on"));
  CHECK(access(ended.c_str(), F_OK) == 0);
}

TEST_CASE("local: options of a factory are refused, and --catalog without --local") {
  const FakeExecutor executor({kSubmitted});
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--rerun", "always"}, {"--priority", "3"}, {"--timeout", "3m"}}) {
    const CliRun run = executor.Run(more);
    CHECK(run.code == 2);
    CHECK(Has(run.err, "leave them out with --local"));
  }
  const CliRun run = RunAlone({"build", "--catalog", "c", "--manifest-id", "m"});
  CHECK(run.code == 2);
  CHECK(Has(run.err, "--catalog goes with --local"));
}

}  // namespace
}  // namespace lif
