#include "executor/local/local_record_store.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "common/base/file_util.h"
#include "common/blobs/file_blob_store.h"
#include "executor/local/local_work_queue.h"
#include "tests/contracts/record_store_contract.h"
#include "tests/contracts/test_record.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

struct Fixture {
  TemporaryDirectory directory;
  FileBlobStore blobs{directory.path()};
  LocalRecordStore records{directory.path(), blobs};

  Record Make(int number, Outcome outcome = Outcome::kCompatible) {
    Record record = TestRecord(number, "key", 1, outcome);
    record.artifacts = {{"evidence.log", "text/plain", *blobs.Put("all that ran"), 12}};
    return record;
  }
};

TEST_CASE("a record and its artifacts are files of the build") {
  Fixture fixture;
  const Record record = fixture.Make(1);
  REQUIRE(fixture.records.Commit(record).value() == CommitResult::kCommitted);
  const std::string directory = fixture.records.DirectoryOf(record.build_id);
  CHECK(ReadFile(directory + "/evidence.log", 100).value() == "all that ran");
  const auto json = nlohmann::json::parse(ReadFile(directory + "/record.json", 1 << 20).value());
  CHECK(json["local"] == true);
  CHECK(json["build_id"] == record.build_id);
  CHECK(fixture.records.GetRecord(record.build_id)->image == record.image);
  CHECK(absl::IsNotFound(fixture.records.GetRecord(TestBuildId(2)).status()));
}

TEST_CASE("only a verdict speaks for its key") {
  Fixture fixture;
  CHECK(fixture.records.LookUp({TestKey("key")})->empty());
  REQUIRE(fixture.records.Commit(fixture.Make(1, Outcome::kCancelled)).ok());
  const auto cancelled = fixture.records.LookUp({TestKey("other"), TestKey("key")});
  REQUIRE(cancelled->size() == 1);
  CHECK(cancelled->front().newest.has_value());
  CHECK_FALSE(cancelled->front().effective.has_value());
  REQUIRE(fixture.records.Commit(fixture.Make(2)).ok());
  CHECK(fixture.records.LookUp({TestKey("key")})->front().effective->build_id == TestBuildId(2));
  CHECK(fixture.records.LookUp({TestKey("other")})->empty());
  RecordFilter filter;
  filter.manifest_id = "web";
  filter.platform = "linux/amd64";
  CHECK(fixture.records.ListRecords(filter)->size() == 1);
  filter.outcome = Outcome::kFailed;
  CHECK(fixture.records.ListRecords(filter)->empty());
}

TEST_CASE("the newest builds are kept, and nothing else is touched") {
  Fixture fixture;
  for (int number = 1; number <= 4; ++number) {
    REQUIRE(MakeDirectories(fixture.records.DirectoryOf(TestBuildId(number))).ok());
  }
  REQUIRE(MakeDirectories(fixture.directory.path() + "/work").ok());
  CHECK(fixture.records.Prune(4)->empty());
  CHECK(fixture.records.Prune(2).value() ==
        std::vector<std::string>{TestBuildId(2), TestBuildId(1)});
  CHECK(std::filesystem::exists(fixture.records.DirectoryOf(TestBuildId(3))));
  CHECK_FALSE(std::filesystem::exists(fixture.records.DirectoryOf(TestBuildId(2))));
  CHECK(std::filesystem::exists(fixture.directory.path() + "/work"));
}

TEST_CASE("the queue of a local build has one job, tried once, that nobody takes away") {
  std::vector<std::string> lines;
  EventStream events([&lines](std::string_view line) { lines.emplace_back(line); });
  ClaimedJob job;
  job.spec.job_id = "k.1";
  job.spec.build_id = TestBuildId(1);
  LocalWorkQueue queue(job, events);
  CHECK(queue.Claim({}).value()->spec.job_id == "k.1");
  CHECK_FALSE(queue.Claim({}).value().has_value());
  CHECK(queue.Heartbeat({}, {{"k.1", 1}}, absl::Seconds(1))->leases ==
        std::vector<LeaseAnswer>{LeaseAnswer::kOk});
  CHECK_FALSE(queue.Fail({"k.1", 1}, {})->will_retry);
  CHECK(queue.buried().empty());
  REQUIRE(queue.Bury({"k.1", 1}, "does not match").ok());
  CHECK(queue.buried() == "does not match");
  REQUIRE(queue.ReportProgress({"k.1", 1}, {.stage = "test"}).ok());
  REQUIRE(lines.size() == 1);
  CHECK(nlohmann::json::parse(lines[0])["event"]["stage"] == "test");
  CHECK(absl::IsUnimplemented(queue.Park({"k.1", 1}, {})));
}

}  // namespace
}  // namespace lif
