#include "cli/build_report.h"

#include "cli/record_text.h"
#include "tests/support/catch.h"
#include "tests/unit/cli/fake_factory.h"

namespace lif {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

BuildResult ResultOf(v1::Outcome outcome, v1::Disposition disposition) {
  return {Submitted("web", kBuildA, disposition), RecordOf("web", kBuildA, outcome), ""};
}

void AddTiming(const char* stage, double seconds, v1::Record* record) {
  v1::StageTiming* timing = record->add_timings();
  timing->set_stage(stage);
  timing->mutable_duration()->set_seconds(static_cast<int64_t>(seconds));
  timing->mutable_duration()->set_nanos(
      static_cast<int32_t>((seconds - static_cast<double>(static_cast<int64_t>(seconds))) * 1e9));
}

TEST_CASE("report: a compatible build tells image, tag, steps, times and what to type next") {
  BuildResult result = ResultOf(v1::OUTCOME_COMPATIBLE, v1::DISPOSITION_QUEUED);
  AddTiming("test", 2, &result.record);
  AddTiming("build", 28.5, &result.record);
  AddTiming("contexts", 0.001, &result.record);
  result.record.add_tests()->set_passed(true);
  CHECK(RenderBuildReport(result, {}, kNow) ==
        "+ compatible  web linux/amd64  in 34.0s\n"
        "  image      127.0.0.1:5000/lif/images@sha256:" +
            std::string(64, 'b') +
            "\n"
            "  tag        127.0.0.1:5000/lif/images:web-linux-amd64\n"
            "  steps      4 cached, 9 run\n"
            "  tests      1 passed\n"
            "  time       build 28.5s, test 2.00s\n"
            "  record     lif records show " +
            kBuildA +
            "\n"
            "  evidence   lif evidence " +
            kBuildA + "\n");
}

TEST_CASE("report: a reused build says from when it is and how to run it again") {
  BuildResult result = ResultOf(v1::OUTCOME_COMPATIBLE, v1::DISPOSITION_REUSED);
  result.submitted.set_reason("build X was compatible; --rerun always builds it again");
  const std::string text = RenderBuildReport(result, {}, kNow);
  CHECK(text.find("+ compatible  web linux/amd64  reused, built 66s ago\n") == 0);
  CHECK(text.find("  reused     build X was compatible; --rerun always builds it again\n") !=
        std::string::npos);
}

TEST_CASE("report: a failed build tells module, line, command, exit code and the last output") {
  BuildResult result = ResultOf(v1::OUTCOME_FAILED, v1::DISPOSITION_QUEUED);
  v1::Failure* failure = result.record.mutable_failure();
  failure->set_failure_class(v1::FAILURE_CLASS_USER);
  failure->set_stage("build");
  failure->set_module("app@1.0.0");
  failure->set_fragment_line(7);
  failure->set_command("RUN false");
  failure->mutable_exit_code()->set_value(42);
  failure->set_message("the command exited with 42");
  result.log_tail = "first\n\x1b[31mred\x1b[0m\n";
  const std::string text = RenderBuildReport(result, {}, kNow);
  CHECK(text ==
        "x failed  web linux/amd64  in 34.0s\n"
        "  why        the command exited with 42\n"
        "  stage      build\n"
        "  module     app@1.0.0, fragment.Dockerfile line 7\n"
        "  command    RUN false\n"
        "  exit code  42\n"
        "\n  last output\n  | first\n  | red\n\n"
        "  steps      4 cached, 9 run\n"
        "  record     lif records show " +
            std::string(kBuildA) +
            "\n"
            "  evidence   lif evidence " +
            kBuildA +
            "\n"
            "  log        lif logs " +
            kBuildA + "\n");
}

TEST_CASE("report: exit code 0 and none at all differ; the class is told unless it is the user's") {
  v1::Failure failure;
  failure.set_stage("push");
  failure.set_failure_class(v1::FAILURE_CLASS_INFRASTRUCTURE);
  CHECK(RenderFields(FailureFields(failure, {}), {}) == "  stage  push, infrastructure\n");
  failure.mutable_exit_code()->set_value(0);
  CHECK(RenderFields(FailureFields(failure, {}), {}).find("exit code  0") != std::string::npos);
}

TEST_CASE("report: failed tests are named with their owner and reason") {
  BuildResult result = ResultOf(v1::OUTCOME_INCOMPATIBLE, v1::DISPOSITION_QUEUED);
  result.record.add_tests()->set_passed(true);
  v1::TestResult* test = result.record.add_tests();
  test->set_name("answers");
  test->set_owner("app@1.0.0");
  test->set_message("stdout lacks 'hello'");
  CHECK_FALSE(Has(RenderBuildReport(result, {}, kNow), "stdout lacks"));
  *result.record.add_tests() = *test;
  const std::string text = RenderBuildReport(result, {}, kNow);
  CHECK(text.find("  tests      1 passed, 2 failed\n") != std::string::npos);
  CHECK(text.find("  failed     answers of app@1.0.0: stdout lacks 'hello'\n") !=
        std::string::npos);
}

TEST_CASE("report: the engine's words are left out when they only repeat the command") {
  v1::Failure failure;
  failure.set_message("process \"/bin/sh -c false\" did not complete successfully: exit code: 1");
  CHECK(WhyText(failure) == failure.message());
  failure.mutable_exit_code()->set_value(1);
  CHECK(WhyText(failure) == "the command ended with exit code 1");
}

TEST_CASE("report: several builds are a table, with details of those that failed") {
  BuildResult good = ResultOf(v1::OUTCOME_COMPATIBLE, v1::DISPOSITION_REUSED);
  BuildResult bad = {Submitted("db", kBuildB, v1::DISPOSITION_QUEUED),
                     RecordOf("db", kBuildB, v1::OUTCOME_FAILED), ""};
  const std::string text = RenderBuildReports({good, bad}, {}, kNow, 0, 5);
  CHECK(text.find("+  web       linux/amd64  compatible  4 cached, 9 run  reused  ") !=
        std::string::npos);
  CHECK(text.find("x  db        linux/amd64  failed      4 cached, 9 run   34.0s  ") !=
        std::string::npos);
  CHECK(text.find("\nx failed  db linux/amd64  in 34.0s\n") != std::string::npos);
  CHECK(RenderBuildReports({good, bad}, {}, kNow, 0, 0).find("in 34.0s") == std::string::npos);
}

TEST_CASE("record: layers, tests and artifacts have sections") {
  v1::Record record = RecordOf("web", kBuildA, v1::OUTCOME_COMPATIBLE);
  record.add_layers()->set_layer_key("k0");
  v1::RecordLayer* layer = record.add_layers();
  layer->set_module("app@1.0.0");
  layer->set_slot(v1::SLOT_APP);
  layer->set_disposition(v1::LAYER_DISPOSITION_BUILT);
  layer->set_steps_run(2);
  layer->set_layer_key("k1");
  v1::TestResult* test = record.add_tests();
  test->set_name("answers");
  test->set_passed(true);
  test->mutable_exit_code()->set_value(0);
  v1::Artifact* artifact = record.add_artifacts();
  artifact->set_name("evidence.log");
  artifact->set_size(2048);
  const std::string text = RenderRecord(record, {}, kNow, 0);
  CHECK(text.find("\nlayers\nLAYER      SLOT  STEPS                     KEY\n"
                  "base       base                            k0\n"
                  "app@1.0.0  app   0 cached, 2 run  built  k1\n") == std::string::npos);
  CHECK(text.find("app@1.0.0  app   0 cached, 2 run  built  k1\n") != std::string::npos);
  CHECK(text.find("answers  template     0  0.00s\n") != std::string::npos);
  CHECK(text.find("evidence.log  2.0 KiB\n") != std::string::npos);
}

}  // namespace
}  // namespace lif
