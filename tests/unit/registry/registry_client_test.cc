#include "common/registry/registry_client.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

namespace lif {
namespace {

// Answers each call with the next of its scripted ends, and keeps the command lines.
class ScriptedRunner final : public ProcessRunner {
 public:
  struct Answer {
    ProcessResult result;
    std::string out;
    std::string err;
  };
  explicit ScriptedRunner(std::vector<Answer> answers) : answers_(std::move(answers)) {}

  absl::StatusOr<ProcessResult> Run(const ProcessSpec& spec, std::stop_token) override {
    calls.push_back(spec);
    if (calls.size() > answers_.size()) return absl::NotFoundError("cannot run 'skopeo'");
    const Answer& answer = answers_[calls.size() - 1];
    if (!answer.out.empty()) spec.on_output(OutputStream::kStdout, answer.out);
    if (!answer.err.empty()) spec.on_output(OutputStream::kStderr, answer.err);
    return answer.result;
  }

  std::vector<ProcessSpec> calls;

 private:
  std::vector<Answer> answers_;
};

ProcessResult Exit(int code) {
  ProcessResult result;
  result.exit_code = code;
  return result;
}

ProcessResult Ended(ProcessResult::End end) {
  ProcessResult result;
  result.end = end;
  return result;
}

constexpr char kManifest[] = R"({"schemaVersion":2,"config":{},"layers":[]})";

TEST_CASE("a single image's platform is asked of its configuration, by digest") {
  ScriptedRunner runner(
      {{Exit(0), kManifest, ""}, {Exit(0), R"({"os":"linux","architecture":"amd64"})", ""}});
  RegistryClient client(runner, {});
  auto platforms = client.ResolvePlatforms("r.example/debian:12", {absl::Seconds(7), {}});
  REQUIRE(platforms.ok());
  REQUIRE(platforms->size() == 1);
  const std::string& digest = platforms->at({"linux", "amd64"});
  REQUIRE(runner.calls.size() == 2);
  CHECK(runner.calls[0].deadline == absl::Seconds(7));
  CHECK(runner.calls[0].argv.back() == "docker://r.example/debian:12");
  CHECK(runner.calls[1].argv.back() == "docker://r.example/debian@" + digest);
}

TEST_CASE("registries on loopback need no TLS, others do unless told so") {
  ScriptedRunner runner(
      {{Exit(0), kManifest, ""}, {Exit(0), kManifest, ""}, {Exit(0), kManifest, ""}});
  RegistryClient strict(runner, {});
  RegistryClient lax(runner, {true, ""});
  REQUIRE(strict.ResolveDigest("127.0.0.1:5000/a:1", {}).ok());
  REQUIRE(strict.ResolveDigest("r.example/a:1", {}).ok());
  REQUIRE(lax.ResolveDigest("r.example/a:1", {}).ok());
  CHECK(runner.calls[0].argv[4] == "--tls-verify=false");
  CHECK(runner.calls[1].argv[4] == "--tls-verify=true");
  CHECK(runner.calls[2].argv[4] == "--tls-verify=false");
}

TEST_CASE("failures, deadlines and stops are told apart") {
  ScriptedRunner runner({{Exit(1), "", "level=fatal msg=\"manifest unknown\""},
                         {Ended(ProcessResult::End::kDeadline), "", ""},
                         {Ended(ProcessResult::End::kStopped), "", ""}});
  RegistryClient client(runner, {});
  CHECK(absl::IsNotFound(client.ResolveDigest("r.example/a:1", {}).status()));
  CHECK(absl::IsDeadlineExceeded(client.PushOci("/dir", "r.example/a:1", {})));
  CHECK(absl::IsCancelled(client.Copy("r.example/a:1", "r.example/a:2", {})));
  CHECK(absl::IsNotFound(client.ResolveDigest("r.example/a:1", {}).status()));
  CHECK(absl::IsInvalidArgument(client.ResolveDigest("NO REFERENCE", {}).status()));
  CHECK(runner.calls.size() == 4);
}

TEST_CASE("an image for no platform of ours is refused") {
  ScriptedRunner runner({{Exit(0), R"({"manifests":[]})", ""}});
  RegistryClient client(runner, {});
  auto platforms = client.ResolvePlatforms("r.example/a:1", {});
  CHECK(absl::IsFailedPrecondition(platforms.status()));
}

}  // namespace
}  // namespace lif
