// Entries of the queue that someone forged or broke are errors, never crashes.
#include "common/queue/job_codec.h"

#include "tests/support/catch.h"

namespace lif {
namespace {

FieldMap GoodClaim() {
  return {{"id", std::string(64, 'a') + ".3"},
          {"kind", "layer"},
          {"bid", "01B"},
          {"man", "web"},
          {"plat", "linux/amd64"},
          {"pool", "amd64"},
          {"max", "3"},
          {"tok", "1795370521035323"},
          {"att", "1"},
          {"cr", "2"},
          {"exp", "1795370551035"},
          {"sub", "1795370521028"}};
}

TEST_CASE("a claim is decoded in full") {
  const ClaimedJob job = DecodeClaim(GoodClaim()).value();
  REQUIRE(job.spec.key == std::string(64, 'a'));
  REQUIRE(job.spec.generation == 3);
  REQUIRE(job.spec.kind == JobKind::kLayer);
  REQUIRE(job.token == 1795370521035323);
  REQUIRE(job.attempt == 2);
  REQUIRE(job.crash_count == 2);
  REQUIRE(job.lease_expiry == absl::FromUnixMillis(1795370551035));
  REQUIRE(!job.end.has_value());
}

TEST_CASE("a forced end is decoded") {
  FieldMap fields = GoodClaim();
  fields["eo"] = "failed";
  fields["ec"] = "user";
  fields["em"] = "it needs build 01A";
  fields["eb"] = "01A";
  const ClaimedJob job = DecodeClaim(fields).value();
  REQUIRE(job.end->outcome == "failed");
  REQUIRE(job.end->failure == FailureClass::kUser);
  REQUIRE(job.end->message == "it needs build 01A");
  REQUIRE(job.end->cause_build_id == "01A");
}

TEST_CASE("a corrupt entry names the field") {
  FieldMap fields = GoodClaim();
  std::string field;
  SECTION("id") {
    fields[field = "id"] = "aaaa";
  }
  SECTION("kind") {
    fields[field = "kind"] = "\xff\xfe";
  }
  SECTION("token") {
    fields[field = "tok"] = "-1";
  }
  SECTION("token that overflows") {
    fields[field = "tok"] = "99999999999999999999";
  }
  SECTION("attempts") {
    fields[field = "att"] = "99999999999";
  }
  SECTION("text for a number") {
    fields[field = "max"] = "three";
  }
  const absl::Status status = DecodeClaim(fields).status();
  REQUIRE(absl::IsInternal(status));
  REQUIRE(status.message().find(field + " is '") != std::string::npos);
}

TEST_CASE("executors come back as they went") {
  ExecutorInfo executor;
  executor.pool = "gpu";
  executor.capabilities = {"gpu", "cuda-12"};
  executor.gpus = {"NVIDIA H200", "NVIDIA H200"};
  executor.recipe = "stitch=1";
  executor.slots = 2;
  executor.draining = true;
  executor.started = absl::FromUnixMillis(1700000000001);
  FieldMap fields;
  const std::vector<std::string> flat = EncodeExecutor(executor);
  for (size_t i = 0; i < flat.size(); i += 2) fields[flat[i]] = flat[i + 1];
  const ExecutorInfo seen = DecodeExecutor(fields).value();
  REQUIRE(seen.pool == "gpu");
  REQUIRE(seen.capabilities == executor.capabilities);
  REQUIRE(seen.draining);
  REQUIRE(seen.started == executor.started);
}

}  // namespace
}  // namespace lif
