#include "executor/buildx_image_builder.h"

#include <algorithm>
#include <deque>

#include "common/base/file_util.h"
#include "executor/docker_image_tester.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/executor/recorded_stream.h"
#include "tests/unit/executor/scripted_runner.h"

namespace lif {
namespace {

bool HasCacheImport(const ProcessSpec& spec) {
  return std::any_of(spec.argv.begin(), spec.argv.end(),
                     [](const std::string& word) { return word.rfind("--cache-from", 0) == 0; });
}

struct Bench {
  TemporaryDirectory directory;
  ScriptedRunner runner;
  BuildxImageBuilder builder{runner, {}};
  std::string log;
  int started = 0;

  ImageBuildRequest Request() {
    ImageBuildRequest request;
    request.platform = "linux/amd64";
    request.dockerfile = directory.path() + "/Dockerfile";
    request.metadata_file = directory.path() + "/metadata.json";
    request.output = directory.path() + "/image";
    request.epoch = 1700000000;
    request.cache_from = {"r/cache:a"};
    request.cache_to = {"r/cache:a"};
    request.deadline = absl::Minutes(5);
    return request;
  }
  absl::StatusOr<ImageBuildReport> Build() {
    return builder.Build(Request(),
                         {.started = [this](const std::vector<std::string>&) { ++started; },
                          .log = [this](std::string_view text) { log.append(text); },
                          .progress = [](const BuildProgress&) {}},
                         {});
  }
  std::function<void()> Metadata(const std::string& text) {
    return [this, text] {
      REQUIRE(WriteFileAtomically(directory.path() + "/metadata.json", text).ok());
    };
  }
};

const std::string kDigest = "sha256:" + std::string(64, 'd');

TEST_CASE("A build that passes answers the image's digest and its steps") {
  Bench bench;
  bench.runner.scripts = {{"", RecordedStream("built"), Exit(0),
                           bench.Metadata("{\"containerimage.digest\":\"" + kDigest + "\"}")}};
  const auto report = bench.Build();
  REQUIRE(report.ok());
  CHECK_FALSE(report->failure.has_value());
  CHECK(report->image_digest == kDigest);
  CHECK(report->steps.size() == 4);
  CHECK(bench.started == 1);
  CHECK(bench.runner.specs.at(0).env.at("SOURCE_DATE_EPOCH") == "1700000000");
  CHECK(bench.runner.specs.at(0).deadline == absl::Minutes(5));
  CHECK(bench.log.find("line 3") != std::string::npos);
}

TEST_CASE("Metadata that lacks a digest is an error, not an image") {
  for (const char* text : {"", "{}", "[1]", "{\"containerimage.digest\":7}",
                           "{\"containerimage.digest\":\"sha256:short\"}"}) {
    INFO(text);
    Bench bench;
    bench.runner.scripts = {{"", RecordedStream("built"), Exit(0), bench.Metadata(text)}};
    CHECK_FALSE(bench.Build().ok());
  }
}

TEST_CASE("A cache whose blob is gone costs one more build, without imports") {
  for (const char* stream : {"cache_lost", "cache_lost_at_export"}) {
    INFO(stream);
    Bench bench;
    bench.runner.scripts = {{"", RecordedStream(stream), Exit(1), nullptr},
                            {"", RecordedStream("built"), Exit(0),
                             bench.Metadata("{\"containerimage.digest\":\"" + kDigest + "\"}")}};
    const auto report = bench.Build();
    REQUIRE(report.ok());
    CHECK(report->image_digest == kDigest);
    REQUIRE(bench.runner.specs.size() == 2);
    CHECK(HasCacheImport(bench.runner.specs[0]));
    CHECK_FALSE(HasCacheImport(bench.runner.specs[1]));
    CHECK(bench.runner.specs[1].deadline == absl::Minutes(5) - absl::Seconds(10));
    CHECK(bench.log.find("building again without cache imports") != std::string::npos);
  }
}

TEST_CASE("Only once: a second failure of that kind is the answer") {
  Bench bench;
  bench.runner.scripts = {{"", RecordedStream("cache_lost"), Exit(1), nullptr},
                          {"", RecordedStream("cache_lost"), Exit(1), nullptr}};
  const auto report = bench.Build();
  REQUIRE(report.ok());
  REQUIRE(report->failure.has_value());
  CHECK(report->failure->failure == FailureClass::kInfrastructure);
  CHECK(bench.runner.specs.size() == 2);
}

TEST_CASE("A step that fails is not tried again") {
  Bench bench;
  bench.runner.scripts = {{"", RecordedStream("run_fails"), Exit(1), nullptr}};
  const auto report = bench.Build();
  REQUIRE(report.ok());
  CHECK(report->failure->failure == FailureClass::kUser);
  CHECK(report->failure->exit_code == 42);
  CHECK(bench.runner.specs.size() == 1);
}

TestRunRequest Request() {
  TestRunRequest request;
  request.image = "r/images@" + kDigest;
  request.platform = "linux/amd64";
  request.container = "lif-B-1-0";
  request.test.run = {"sh", "-c", "exit 0"};
  request.test.timeout = absl::Seconds(30);
  return request;
}

DockerTestOptions TesterOptions() {
  DockerTestOptions options;
  options.executor_id = "e1";
  options.owner = "owner-1";
  return options;
}

TEST_CASE("A test's own exit codes are answers, Docker's are errors") {
  struct Row {
    int exit_code;
    const char* err;
    absl::StatusCode code;
  };
  const Row rows[] = {
      {0, "", absl::StatusCode::kOk},
      {7, "found none", absl::StatusCode::kOk},
      {125, "my own 125", absl::StatusCode::kOk},
      {127, "docker: Error response from daemon: exec: \"x\": not found", absl::StatusCode::kOk},
      {125, "docker: Cannot connect to the Docker daemon.", absl::StatusCode::kUnavailable},
      {125, "docker: Error response from daemon: no space left on device",
       absl::StatusCode::kResourceExhausted},
  };
  for (const Row& row : rows) {
    INFO(row.exit_code << " " << row.err);
    ScriptedRunner runner;
    runner.scripts = {{"said\n", row.err, Exit(row.exit_code), nullptr}};
    DockerImageTester tester(runner, TesterOptions());
    const auto run = tester.Run(Request(), {});
    CHECK(run.status().code() == row.code);
    CHECK(runner.specs.size() == 1);
    tester.Release(Request().image);
    REQUIRE(runner.specs.size() == 2);
    CHECK(runner.specs[1].argv ==
          std::vector<std::string>{"docker", "rm", "--force", "--volumes", "lif-B-1-0"});
    if (!run.ok()) continue;
    CHECK(run->exit_code == row.exit_code);
    CHECK(run->out == "said\n");
    CHECK(run->err == row.err);
    CHECK_FALSE(run->out_of_memory);
  }
}

TEST_CASE("The containers of an image's tests are removed together, and once") {
  ScriptedRunner runner;
  DockerImageTester tester(runner, TesterOptions());
  TestRunRequest other = Request();
  other.image = "r/images@sha256:another";
  other.container = "lif-C-1-0";
  TestRunRequest second = Request();
  second.container = "lif-B-1-1";
  for (const TestRunRequest& request : {Request(), other, second}) {
    REQUIRE(tester.Run(request, {}).ok());
  }
  tester.Release(Request().image);
  tester.Release(Request().image);
  REQUIRE(runner.specs.size() == 4);
  CHECK(runner.specs[3].argv ==
        std::vector<std::string>{"docker", "rm", "--force", "--volumes", "lif-B-1-0", "lif-B-1-1"});
}

TEST_CASE("The engine tells whether a killed test ran out of memory") {
  for (const bool out_of_memory : {false, true}) {
    ScriptedRunner runner;
    runner.scripts = {{"", "", Exit(137), nullptr},
                      {out_of_memory ? "true\n" : "false\n", "", Exit(0), nullptr}};
    const auto run = DockerImageTester(runner, TesterOptions()).Run(Request(), {});
    REQUIRE(run.ok());
    CHECK(run->exit_code == 137);
    CHECK(run->out_of_memory == out_of_memory);
    REQUIRE(runner.specs.size() == 2);
    CHECK(runner.specs[1].argv[1] == "inspect");
  }
}

TEST_CASE("A test that is stopped or too slow leaves no container behind") {
  for (const auto end : {ProcessResult::End::kDeadline, ProcessResult::End::kStopped}) {
    ScriptedRunner runner;
    runner.scripts = {{"", "", End(end), nullptr}};
    const auto run = DockerImageTester(runner, TesterOptions()).Run(Request(), {});
    if (end == ProcessResult::End::kDeadline) {
      REQUIRE(run.ok());
      CHECK(run->timed_out);
    } else {
      CHECK(absl::IsCancelled(run.status()));
    }
    REQUIRE(runner.specs.size() == 2);
    CHECK(runner.specs[1].argv ==
          std::vector<std::string>{"docker", "rm", "--force", "--volumes", "lif-B-1-0"});
  }
}

TEST_CASE("Leftovers are found by their owner and removed") {
  ScriptedRunner runner;
  runner.scripts = {{"aaa\nbbb\n", "", Exit(0), nullptr}};
  const auto removed = DockerImageTester(runner, TesterOptions()).RemoveLeftovers();
  REQUIRE(removed.ok());
  CHECK(*removed == 2);
  REQUIRE(runner.specs.size() == 2);
  CHECK(runner.specs[0].argv.back() == "label=lif.owner=owner-1");
  CHECK(runner.specs[1].argv ==
        std::vector<std::string>{"docker", "rm", "--force", "--volumes", "aaa", "bbb"});
}

}  // namespace
}  // namespace lif
