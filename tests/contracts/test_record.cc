#include "tests/contracts/test_record.h"

#include <cstdio>

#include "common/base/digest.h"
#include "tests/contracts/record_store_contract.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::vector<RecordLayer> TestLayers() {
  RecordLayer base;
  base.position = 0;
  base.layer_key = TestKey("base");
  base.slot = "base";
  base.use = LayerUse::kReused;
  RecordLayer core;
  core.position = 1;
  core.layer_key = TestKey("core");
  core.module_ref = "core-python@1.0.0";
  core.slot = "core";
  core.use = LayerUse::kBuilt;
  core.steps_cached = 2;
  core.steps_run = 3;
  core.generation = 2;
  core.built_by = TestBuildId(98);
  core.digest = "sha256:" + TestKey("core image");
  core.diff_ids = {"sha256:" + TestKey("one"), "sha256:" + TestKey("two")};
  core.size = 5'000'000'000;
  core.duration = absl::Microseconds(8'300'001);
  return {base, core};
}

void CheckFailure(const FailureDetail& actual, const FailureDetail& expected) {
  CHECK(actual.failure == expected.failure);
  CHECK(actual.stage == expected.stage);
  CHECK(actual.module_ref == expected.module_ref);
  CHECK(actual.fragment_line == expected.fragment_line);
  CHECK(actual.command == expected.command);
  CHECK(actual.exit_code == expected.exit_code);
  CHECK(actual.message == expected.message);
  CHECK(actual.cause_build_id == expected.cause_build_id);
}

void CheckParts(const Record& actual, const Record& expected) {
  REQUIRE(actual.layers.size() == expected.layers.size());
  for (size_t i = 0; i < expected.layers.size(); ++i) {
    CHECK(actual.layers[i].position == expected.layers[i].position);
    CHECK(actual.layers[i].layer_key == expected.layers[i].layer_key);
    CHECK(actual.layers[i].module_ref == expected.layers[i].module_ref);
    CHECK(actual.layers[i].slot == expected.layers[i].slot);
    CHECK(actual.layers[i].use == expected.layers[i].use);
    CHECK(actual.layers[i].steps_cached == expected.layers[i].steps_cached);
    CHECK(actual.layers[i].steps_run == expected.layers[i].steps_run);
    CHECK(actual.layers[i].generation == expected.layers[i].generation);
    CHECK(actual.layers[i].built_by == expected.layers[i].built_by);
    CHECK(actual.layers[i].digest == expected.layers[i].digest);
    CHECK(actual.layers[i].diff_ids == expected.layers[i].diff_ids);
    CHECK(actual.layers[i].size == expected.layers[i].size);
    CHECK(actual.layers[i].duration == expected.layers[i].duration);
  }
  REQUIRE(actual.tests.size() == expected.tests.size());
  for (size_t i = 0; i < expected.tests.size(); ++i) {
    CHECK(actual.tests[i].name == expected.tests[i].name);
    CHECK(actual.tests[i].module_ref == expected.tests[i].module_ref);
    CHECK(actual.tests[i].passed == expected.tests[i].passed);
    CHECK(actual.tests[i].exit_code == expected.tests[i].exit_code);
    CHECK(actual.tests[i].message == expected.tests[i].message);
    CHECK(actual.tests[i].duration == expected.tests[i].duration);
  }
  REQUIRE(actual.artifacts.size() == expected.artifacts.size());
  for (size_t i = 0; i < expected.artifacts.size(); ++i) {
    CHECK(actual.artifacts[i].name == expected.artifacts[i].name);
    CHECK(actual.artifacts[i].media_type == expected.artifacts[i].media_type);
    CHECK(actual.artifacts[i].sha256 == expected.artifacts[i].sha256);
    CHECK(actual.artifacts[i].size == expected.artifacts[i].size);
  }
}

}  // namespace

std::string TestBuildId(int number) {
  char text[27];
  std::snprintf(text, sizeof text, "01J%023d", number);
  return text;
}

std::string TestKey(const std::string& word) {
  return Sha256Hex(word);
}

Record TestRecord(int number, const std::string& key_word, int64_t generation, Outcome outcome) {
  Record record;
  record.build_id = TestBuildId(number);
  record.build_key = TestKey(key_word);
  record.generation = generation;
  record.token = 1'700'000'000'123'456;
  record.manifest_id = "web";
  record.platform = "linux/amd64";
  record.pool = "amd64";
  record.executor = "executor-1";
  record.tenant = "default";
  record.attempt = 2;
  record.outcome = outcome;
  if (outcome != Outcome::kCompatible) {
    record.failure = {FailureClass::kUser,
                      "build",
                      "core-python@1.0.0",
                      7,
                      "apt-get install x",
                      100,
                      "no such package \"x\"\nüber two lines",
                      TestBuildId(99)};
  }
  record.image = "127.0.0.1:5000/lif/images@sha256:" + TestKey("image");
  record.tags = {"127.0.0.1:5000/lif/images:web-linux-amd64", "with,comma \"quoted\""};
  record.stages = {{"build", absl::Microseconds(1'234'567)}, {"push", absl::ZeroDuration()}};
  record.steps_cached = 4;
  record.steps_run = 5;
  record.base_image = "127.0.0.1:5000/lif/base@sha256:" + TestKey("base image");
  record.image_size = 6'000'000'000;
  record.bytes_pushed = 5'000'000'001;
  record.bytes_pulled = 5'000'000'002;
  record.bytes_unpacked = 5'000'000'003;
  record.saved_layers = 3;
  record.saved = absl::Microseconds(12'345'678);
  record.submitted = absl::FromUnixMicros(1'700'000'000'000'001);
  record.started = record.submitted + absl::Milliseconds(5);
  record.finished = record.started + absl::Seconds(number);
  record.layers = TestLayers();
  record.tests = {{"serves", "app@1.0.0", true, 0, "", absl::Milliseconds(320)},
                  {"starts", "", false, 3, "exit code 3", absl::Microseconds(1)}};
  record.artifacts = {{"evidence.log", "text/plain", TestKey("log"), 1234},
                      {"Dockerfile", "text/plain", TestKey("dockerfile"), 0}};
  return record;
}

void CheckEqual(const Record& actual, const Record& expected) {
  CHECK(actual.kind == expected.kind);
  CHECK(actual.build_id == expected.build_id);
  CHECK(actual.build_key == expected.build_key);
  CHECK(actual.generation == expected.generation);
  CHECK(actual.token == expected.token);
  CHECK(actual.manifest_id == expected.manifest_id);
  CHECK(actual.platform == expected.platform);
  CHECK(actual.pool == expected.pool);
  CHECK(actual.executor == expected.executor);
  CHECK(actual.tenant == expected.tenant);
  CHECK(actual.attempt == expected.attempt);
  CHECK(actual.outcome == expected.outcome);
  CheckFailure(actual.failure, expected.failure);
  CHECK(actual.image == expected.image);
  CHECK(actual.tags == expected.tags);
  CHECK(actual.stages == expected.stages);
  CHECK(actual.steps_cached == expected.steps_cached);
  CHECK(actual.steps_run == expected.steps_run);
  CHECK(actual.base_image == expected.base_image);
  CHECK(actual.image_size == expected.image_size);
  CHECK(actual.bytes_pushed == expected.bytes_pushed);
  CHECK(actual.bytes_pulled == expected.bytes_pulled);
  CHECK(actual.bytes_unpacked == expected.bytes_unpacked);
  CHECK(actual.saved_layers == expected.saved_layers);
  CHECK(actual.saved == expected.saved);
  CHECK(actual.submitted == expected.submitted);
  CHECK(actual.started == expected.started);
  CHECK(actual.finished == expected.finished);
  CheckParts(actual, expected);
}

}  // namespace lif
