#include "tests/support/catch.h"
#include "tests/unit/controlplane/fixture.h"

namespace lif {
namespace {

grpc::Status Get(ControlPlane& plane, const v1::GetRecordRequest& request, v1::Record* record) {
  grpc::ClientContext context;
  v1::GetRecordResponse response;
  const grpc::Status status = plane.record->GetRecord(&context, request, &response);
  *record = response.record();
  return status;
}

v1::ListRecordsResponse List(ControlPlane& plane, const v1::ListRecordsRequest& request) {
  grpc::ClientContext context;
  v1::ListRecordsResponse response;
  RequireOk(plane.record->ListRecords(&context, request, &response));
  return response;
}

struct ArtifactRead {
  v1::Artifact artifact;
  std::string data;
  size_t largest = 0;
  int messages = 0;
  grpc::Status status;
};

ArtifactRead ReadArtifact(ControlPlane& plane, const std::string& build_id, const std::string& name,
                          int64_t offset = 0) {
  grpc::ClientContext context;
  v1::GetArtifactRequest request;
  request.set_build_id(build_id);
  request.set_name(name);
  request.set_offset(offset);
  const auto reader = plane.record->GetArtifact(&context, request);
  ArtifactRead read;
  v1::GetArtifactResponse response;
  while (reader->Read(&response)) {
    if (response.has_artifact()) read.artifact = response.artifact();
    CHECK(response.has_artifact() == (read.messages == 0));
    CHECK(response.offset() == offset + static_cast<int64_t>(read.data.size()));
    read.data += response.data();
    read.largest = std::max(read.largest, response.data().size());
    ++read.messages;
  }
  read.status = reader->Finish();
  return read;
}

TEST_CASE("a record is told whole, by build ID and by build key", "[records]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  const Record made = plane.Finish(plane.Claim(), Outcome::kCompatible,
                                   {{"evidence.log", "text/plain", std::string(64, 'f'), 12}});
  v1::GetRecordRequest request;
  request.set_build_id(made.build_id);
  v1::Record record;
  RequireOk(Get(plane, request, &record));
  CHECK(record.build_key() == made.build_key);
  CHECK(record.outcome() == v1::OUTCOME_COMPATIBLE);
  CHECK(record.verdict() == v1::VERDICT_PASSED);
  CHECK(record.effective());
  CHECK(record.repository() == "127.0.0.1:5000/lif/images");
  CHECK(record.image_digest() == "sha256:" + std::string(64, 'c'));
  REQUIRE(record.tags_size() == 1);
  REQUIRE(record.timings_size() == 2);
  CHECK(record.timings(1).stage() == "test");
  CHECK(record.timings(1).duration().seconds() == 1);
  CHECK(record.timings(1).duration().nanos() == 500'000'000);
  REQUIRE(record.layers_size() == 2);
  CHECK(record.layers(0).disposition() == v1::LAYER_DISPOSITION_REUSED);
  CHECK(record.layers(0).slot() == v1::SLOT_UNSPECIFIED);
  CHECK(record.layers(1).slot() == v1::SLOT_APP);
  CHECK(record.tests(0).passed());
  CHECK(record.artifacts(0).kind() == v1::ARTIFACT_KIND_EVIDENCE_LOG);
  CHECK(record.token() == made.token);
  CHECK_FALSE(record.has_failure());

  request.set_build_key(made.build_key);
  v1::Record by_key;
  RequireOk(Get(plane, request, &by_key));
  CHECK(by_key.build_id() == made.build_id);
}

TEST_CASE("by key the effective record answers, not a newer error", "[records]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  const Record good = plane.Finish(plane.Claim(), Outcome::kCompatible);
  plane.SubmitOne("py-api", v1::RERUN_POLICY_ALWAYS);
  const Record bad = plane.Finish(plane.Claim(), Outcome::kError);
  v1::GetRecordRequest request;
  request.set_build_key(good.build_key);
  v1::Record record;
  RequireOk(Get(plane, request, &record));
  CHECK(record.build_id() == good.build_id);
  request.set_build_id(bad.build_id);
  RequireOk(Get(plane, request, &record));
  CHECK_FALSE(record.effective());
  CHECK(record.generation() == 2);
  CHECK(record.verdict() == v1::VERDICT_NOT_TESTED);
  CHECK(record.failure().stage() == "build");
}

TEST_CASE("a scanner that failed does not unsay the tests") {
  ControlPlane plane;
  Record failed;
  failed.build_id = "01HZX0000000000000000000AA";
  failed.build_key = std::string(64, 'a');
  failed.outcome = Outcome::kError;
  failed.failure.stage = "sbom";
  REQUIRE(plane.records.Commit(failed).ok());
  v1::GetRecordRequest request;
  request.set_build_id(failed.build_id);
  v1::Record record;
  RequireOk(Get(plane, request, &record));
  CHECK(record.outcome() == v1::OUTCOME_ERROR);
  CHECK(record.verdict() == v1::VERDICT_PASSED);
}

TEST_CASE("wrong keys of records are told apart", "[records]") {
  ControlPlane plane;
  v1::Record record;
  v1::GetRecordRequest request;
  CHECK(FieldsIn(Get(plane, request, &record)) == std::vector<std::string>{"key"});
  request.set_build_id("x");
  CHECK(FieldsIn(Get(plane, request, &record)) == std::vector<std::string>{"build_id"});
  request.set_build_key("x");
  CHECK(FieldsIn(Get(plane, request, &record)) == std::vector<std::string>{"build_key"});
  request.set_build_key(std::string(64, '0'));
  CHECK(ReasonIn(Get(plane, request, &record)) == "RECORD_NOT_FOUND");
  request.set_build_id("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  CHECK(ReasonIn(Get(plane, request, &record)) == "RECORD_NOT_FOUND");
}

TEST_CASE("records are listed newest first, in pages, and filtered", "[records]") {
  ControlPlane plane;
  std::vector<std::string> ids;
  for (const Outcome outcome :
       {Outcome::kFailed, Outcome::kError, Outcome::kCompatible, Outcome::kCompatible}) {
    plane.SubmitOne("py-api", v1::RERUN_POLICY_ALWAYS);
    ids.push_back(plane.Finish(plane.Claim(), outcome).build_id);
    plane.clock.Advance(absl::Seconds(1));
  }
  v1::ListRecordsRequest request;
  request.set_page_size(3);
  v1::ListRecordsResponse page = List(plane, request);
  REQUIRE(page.records_size() == 3);
  CHECK(page.records(0).build_id() == ids[3]);
  CHECK(page.records(0).effective());
  CHECK_FALSE(page.records(1).effective());
  CHECK(page.next_page_token() == ids[1]);
  request.set_page_token(page.next_page_token());
  page = List(plane, request);
  REQUIRE(page.records_size() == 1);
  CHECK(page.next_page_token().empty());

  v1::ListRecordsRequest filtered;
  filtered.add_outcomes(v1::OUTCOME_ERROR);
  CHECK(List(plane, filtered).records_size() == 1);
  filtered.clear_outcomes();
  filtered.set_effective_only(true);
  CHECK(List(plane, filtered).records_size() == 1);

  grpc::ClientContext context;
  filtered.set_page_size(501);
  filtered.set_page_token("x");
  filtered.mutable_since()->set_seconds(1);
  CHECK(FieldsIn(plane.record->ListRecords(&context, filtered, &page)) ==
        std::vector<std::string>{"page_size", "page_token", "since"});
}

TEST_CASE("an artifact is streamed in bounded chunks from any offset", "[records]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  std::string bytes(2'500'000, 'x');
  bytes[1'200'000] = '\xff';
  const Record made =
      plane.Finish(plane.Claim(), Outcome::kCompatible,
                   {{"evidence.log", "text/plain", plane.blobs.Put(bytes).value(), 2'500'000},
                    {"empty", "text/plain", plane.blobs.Put("").value(), 0}});
  for (const int64_t offset : {0, 5, 1'048'576, 2'499'999, 2'500'000}) {
    const ArtifactRead read = ReadArtifact(plane, made.build_id, "evidence.log", offset);
    RequireOk(read.status);
    CHECK(read.data == bytes.substr(static_cast<size_t>(offset)));
    CHECK(read.largest <= 1'048'576);
    CHECK(read.artifact.size() == 2'500'000);
  }
  const ArtifactRead empty = ReadArtifact(plane, made.build_id, "empty");
  RequireOk(empty.status);
  CHECK(empty.messages == 1);
  CHECK(empty.artifact.name() == "empty");
}

TEST_CASE("what is wrong with an artifact is said", "[records]") {
  ControlPlane plane;
  plane.SubmitOne("py-api");
  const std::string sha256 = plane.blobs.Put("evidence").value();
  const Record made = plane.Finish(plane.Claim(), Outcome::kCompatible,
                                   {{"evidence.log", "text/plain", sha256, 8}});
  const grpc::Status unknown = ReadArtifact(plane, made.build_id, "evidence.lag").status;
  CHECK(unknown.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(ReasonIn(unknown) == "ARTIFACT_NOT_FOUND");
  CHECK(unknown.error_message() == "build " + made.build_id +
                                       " has no artifact 'evidence.lag'; did you mean "
                                       "'evidence.log'?; it has evidence.log");
  CHECK(ReadArtifact(plane, made.build_id, "evidence.log", 9).status.error_code() ==
        grpc::StatusCode::OUT_OF_RANGE);
  CHECK(FieldsIn(ReadArtifact(plane, made.build_id, "evidence.log", -1).status) ==
        std::vector<std::string>{"offset"});
  CHECK(ReasonIn(ReadArtifact(plane, "01J9Z3NDEKTSV4RRFFQ69G5FAV", "evidence.log").status) ==
        "RECORD_NOT_FOUND");
  plane.blobs.Damage(sha256, "evidense");
  CHECK(ReadArtifact(plane, made.build_id, "evidence.log").status.error_code() ==
        grpc::StatusCode::DATA_LOSS);
}

}  // namespace
}  // namespace lif
