// What the executor writes without protobuf, read by the generated classes.
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include "executor/local/event_stream.h"
#include "executor/local/message_json_internal.h"
#include "lif/v1/build_service.pb.h"
#include "lif/v1/record_service.pb.h"
#include "tests/contracts/record_store_contract.h"
#include "tests/contracts/test_record.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

// Strict: a name that the message does not have is an error.
template <typename Message>
Message Parse(const nlohmann::ordered_json& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(JsonText(json, false), &message);
  INFO(JsonText(json, true) << status.ToString());
  REQUIRE(status.ok());
  return message;
}

JobSpec TestJob() {
  JobSpec job;
  job.build_id = TestBuildId(1);
  job.key = TestKey("key");
  job.generation = 3;
  job.manifest_id = "web";
  job.platform = "linux/amd64";
  job.pool = "amd64";
  return job;
}

TEST_CASE("a submitted build is the interface's message") {
  const auto build = Parse<v1::SubmittedBuild>(SubmittedBuildJson(TestJob()));
  CHECK(build.build_id() == TestBuildId(1));
  CHECK(build.build_key() == TestKey("key"));
  CHECK(build.generation() == 3);
  CHECK(build.disposition() == v1::DISPOSITION_QUEUED);
  CHECK(build.manifest_id() == "web");
  CHECK(build.platform() == "linux/amd64");
}

TEST_CASE("an event has stage and step, and a step only when there is one") {
  JobProgress progress;
  progress.stage = "build";
  progress.log_bytes = 12;
  CHECK_FALSE(Parse<v1::BuildEvent>(BuildEventJson(TestJob(), progress)).has_step());
  progress.step = 2;
  progress.steps = 5;
  progress.step_name = "[app-web 1/2] RUN echo \"\xff\"";  // no UTF-8
  progress.cached = true;
  progress.steps_cached = 1;
  const auto event = Parse<v1::BuildEvent>(BuildEventJson(TestJob(), progress));
  CHECK(event.state() == v1::BUILD_STATE_RUNNING);
  CHECK(event.stage() == "build");
  CHECK(event.step().number() == 2);
  CHECK(event.step().total() == 5);
  CHECK(event.step().name() == "[app-web 1/2] RUN echo \"\xef\xbf\xbd\"");
  CHECK(event.step().cached());
  CHECK(event.steps_cached() == 1);
  CHECK(event.log_bytes() == 12);
  CHECK_FALSE(event.last());
}

TEST_CASE("a record keeps every part") {
  const Record record = TestRecord(7, "key", 2, Outcome::kFailed);
  const auto read = Parse<v1::Record>(RecordJson(record));
  CHECK(read.build_id() == record.build_id);
  CHECK(read.build_key() == record.build_key);
  CHECK(read.generation() == 2);
  CHECK(read.repository() == "127.0.0.1:5000/lif/images");
  CHECK(read.image_digest() == "sha256:" + TestKey("image"));
  REQUIRE(read.tags_size() == 2);
  CHECK(read.tags(1) == record.tags[1]);
  CHECK(read.outcome() == v1::OUTCOME_FAILED);
  CHECK(read.verdict() == v1::VERDICT_NOT_TESTED);
  CHECK(read.failure().failure_class() == v1::FAILURE_CLASS_USER);
  CHECK(read.failure().module() == "core-python@1.0.0");
  CHECK(read.failure().fragment_line() == 7);
  CHECK(read.failure().exit_code().value() == 100);
  CHECK(read.failure().message() == record.failure.message);
  CHECK(google::protobuf::util::TimeUtil::TimestampToMicroseconds(read.submitted_at()) ==
        absl::ToUnixMicros(record.submitted));
  CHECK(google::protobuf::util::TimeUtil::TimestampToMicroseconds(read.ended_at()) ==
        absl::ToUnixMicros(record.finished));
  REQUIRE(read.timings_size() == 2);
  CHECK(google::protobuf::util::TimeUtil::DurationToMicroseconds(read.timings(0).duration()) ==
        1'234'567);
  REQUIRE(read.layers_size() == 2);
  CHECK(read.layers(0).slot() == v1::SLOT_UNSPECIFIED);
  CHECK(read.layers(1).slot() == v1::SLOT_CORE);
  CHECK(read.layers(1).disposition() == v1::LAYER_DISPOSITION_BUILT);
  CHECK(read.layers(1).steps_run() == 3);
  REQUIRE(read.tests_size() == 2);
  CHECK(read.tests(1).exit_code().value() == 3);
  CHECK_FALSE(read.tests(1).passed());
  REQUIRE(read.artifacts_size() == 2);
  CHECK(read.artifacts(0).kind() == v1::ARTIFACT_KIND_EVIDENCE_LOG);
  CHECK(read.artifacts(0).size() == 1234);
}

TEST_CASE("every outcome and every class of failure has its name in the interface") {
  for (const Outcome outcome : {Outcome::kCompatible, Outcome::kIncompatible, Outcome::kFailed,
                                Outcome::kError, Outcome::kCancelled}) {
    const auto end = Parse<v1::BuildEvent>(EndEventJson(TestRecord(1, "k", 1, outcome)));
    CHECK(end.last());
    CHECK(end.outcome() != v1::OUTCOME_UNSPECIFIED);
    CHECK(end.has_failure() == (outcome != Outcome::kCompatible));
  }
  for (const FailureClass failure :
       {FailureClass::kUser, FailureClass::kTransient, FailureClass::kInfrastructure,
        FailureClass::kTimeout, FailureClass::kCancelled, FailureClass::kCapacity,
        FailureClass::kInternal}) {
    Record record = TestRecord(1, "k", 1, Outcome::kError);
    record.failure.failure = failure;
    record.failure.exit_code.reset();
    const auto read = Parse<v1::Record>(RecordJson(record));
    CHECK(read.failure().failure_class() != v1::FAILURE_CLASS_UNSPECIFIED);
    CHECK_FALSE(read.failure().has_exit_code());
  }
}

TEST_CASE("the stream has one object a line") {
  std::vector<std::string> lines;
  EventStream stream([&lines](std::string_view line) { lines.emplace_back(line); });
  stream.Submitted(TestJob());
  stream.Progress(TestJob(), {.stage = "build"});
  stream.Ended(TestRecord(1, "k"), "/results");
  stream.Failed(absl::UnavailableError("two\nlines"));
  REQUIRE(lines.size() == 5);
  std::vector<std::string> kinds;
  for (const std::string& line : lines) {
    CHECK(line.find('\n') == line.size() - 1);
    kinds.push_back(nlohmann::json::parse(line).begin().key());
  }
  CHECK(kinds == std::vector<std::string>{"submitted", "event", "event", "directory", "error"});
  CHECK(nlohmann::json::parse(lines[4])["error"]["code"] == 14);
  CHECK(nlohmann::json::parse(lines[4])["error"]["message"] == "two\nlines");
}

}  // namespace
}  // namespace lif
