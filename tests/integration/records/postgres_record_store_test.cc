#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "common/records/postgres_fleet_lock.h"
#include "common/records/postgres_record_reader.h"
#include "common/records/postgres_record_writer.h"
#include "tests/contracts/record_store_contract.h"
#include "tests/contracts/test_record.h"
#include "tests/support/catch.h"
#include "tests/support/postgres_server.h"

namespace lif {
namespace {

// Reads as the control plane and writes as an executor, as in a factory.
class PostgresHarness final : public RecordStoreHarness {
 public:
  RecordReader& reader() override { return reader_; }
  RecordWriter& writer() override { return writer_; }
  FleetLock& lock() override { return lock_; }
  TestDatabase& database() { return database_; }

 private:
  TestDatabase database_;
  std::unique_ptr<PostgresPool> reading_ = database_.Pool("lif_controlplane");
  std::unique_ptr<PostgresPool> writing_ = database_.Pool("lif_executor");
  PostgresRecordReader reader_{*reading_};
  PostgresRecordWriter writer_{*writing_};
  PostgresFleetLock lock_{*writing_};
};

std::unique_ptr<RecordStoreHarness> Make() {
  return std::make_unique<PostgresHarness>();
}

TEST_CASE("PostgreSQL commits records as the contract says") {
  CommitContract(Make);
}
TEST_CASE("PostgreSQL looks records up as the contract says") {
  LookUpContract(Make);
}
TEST_CASE("PostgreSQL lists records as the contract says") {
  ListRecordsContract(Make);
}
TEST_CASE("PostgreSQL locks as the contract says") {
  FleetLockContract(Make);
}

TEST_CASE("the control plane's own role can't commit a record") {
  PostgresHarness store;
  auto pool = store.database().Pool("lif_controlplane");
  PostgresRecordWriter writer(*pool);
  auto result = writer.Commit(TestRecord(1, "a"));
  CHECK(result.status().code() == absl::StatusCode::kPermissionDenied);
  CHECK(store.reader().ListRecords({})->empty());
}

TEST_CASE("whatever a command printed, its build is recorded") {
  PostgresHarness store;
  Record record = TestRecord(1, "a", 1, Outcome::kFailed);
  record.failure.command = std::string("printf '\0\xff'", 11);
  record.failure.message = std::string(100'000, 'x');
  record.tests[1].message = "\xc3\x28";
  auto result = store.writer().Commit(record);
  REQUIRE(result.ok());
  auto read = store.reader().GetRecord(record.build_id);
  REQUIRE(read.ok());
  CHECK(read->failure.command == "printf '\xef\xbf\xbd\xef\xbf\xbd'");
  CHECK(read->failure.message.size() <= 16 * 1024);
  CHECK(read->failure.message.find("xxx") == 0);
  CHECK(read->tests[1].message == "\xef\xbf\xbd(");
}

TEST_CASE("packages are committed with their record, once, and can be found by name") {
  PostgresHarness store;
  auto pool = store.database().Pool("lif_controlplane");
  Record record = TestRecord(1, "a");
  for (int i = 0; i < 5000; ++i) {
    record.packages.push_back({"npm", "package-" + std::to_string(i), "1.0", "", "pkg:npm/x@1.0"});
  }
  // As long as SpdxPackages leaves them, and hard to compress: PostgreSQL's indexes have a limit.
  std::string noise;
  for (uint32_t x = 1; noise.size() < 512; x = x * 1664525 + 1013904223) {
    noise += static_cast<char>('!' + (x >> 24) % 90);
  }
  record.packages.push_back({noise.substr(0, 32), noise, noise.substr(0, 256), noise.substr(0, 32),
                             std::string(2048, 'p')});
  record.packages.push_back({"deb", "zlib1g", "1:1.2", "amd64", "pkg:deb/debian/zlib1g@1.2"});
  record.packages.push_back({"deb", "zlib1g", "1:1.2", "i386", "pkg:deb/debian/zlib1g@1.2"});
  REQUIRE(*store.writer().Commit(record) == CommitResult::kCommitted);
  REQUIRE(*store.writer().Commit(record) == CommitResult::kExists);
  CHECK(pool->Query("count", "SELECT count(*) FROM packages")->Int(0, 0) == 5003);
  auto rows = pool->Query("find",
                          "SELECT build_id, type, version, arch, purl FROM packages "
                          "WHERE name = 'zlib1g' ORDER BY arch");
  REQUIRE(rows.ok());
  REQUIRE(rows->size() == 2);
  CHECK(rows->Text(0, 0) == TestBuildId(1));
  CHECK(rows->Text(0, 1) == "deb");
  CHECK(rows->Text(0, 2) == "1:1.2");
  CHECK(rows->Text(0, 3) == "amd64");
  CHECK(rows->Text(1, 3) == "i386");
  CHECK(rows->Text(0, 4) == "pkg:deb/debian/zlib1g@1.2");
  auto long_one =
      pool->Query("find", "SELECT 1 FROM packages WHERE name = $1", SqlParams().Add(noise));
  CHECK(long_one->size() == 1);
}

TEST_CASE("records that contradict themselves are refused whole") {
  PostgresHarness store;
  Record id = TestRecord(1, "a");
  id.build_id = "not a ulid";
  CHECK(absl::IsInvalidArgument(store.writer().Commit(id).status()));
  Record key = TestRecord(1, "a");
  key.build_key = "short";
  CHECK(absl::IsInvalidArgument(store.writer().Commit(key).status()));
  Record time = TestRecord(1, "a");
  time.finished = absl::InfinitePast();
  CHECK(absl::IsInvalidArgument(store.writer().Commit(time).status()));
  // The parts are refused by the schema, and take the record with them.
  Record artifact = TestRecord(1, "a");
  artifact.artifacts[0].sha256 = "short";
  CHECK_FALSE(store.writer().Commit(artifact).ok());
  Record twice = TestRecord(1, "a");
  twice.artifacts[1].name = twice.artifacts[0].name;
  CHECK_FALSE(store.writer().Commit(twice).ok());
  CHECK(store.reader().ListRecords({})->empty());
}

TEST_CASE("a build ID of another key is refused, not mistaken for this one") {
  PostgresHarness store;
  REQUIRE(store.writer().Commit(TestRecord(1, "a")).ok());
  CHECK(absl::IsAlreadyExists(store.writer().Commit(TestRecord(1, "b")).status()));
}

TEST_CASE("limits of calls are checked before PostgreSQL is asked") {
  PostgresHarness store;
  CHECK(absl::IsInvalidArgument(
      store.reader().LookUp(std::vector<std::string>(10'001, TestKey("a"))).status()));
  RecordFilter filter;
  filter.limit = 501;
  CHECK(absl::IsInvalidArgument(store.reader().ListRecords(filter).status()));
  filter.limit = 0;
  CHECK(absl::IsInvalidArgument(store.reader().ListRecords(filter).status()));
}

TEST_CASE("a restarted server is found again by reader, writer and lock") {
  PostgresHarness store;
  REQUIRE(store.writer().Commit(TestRecord(1, "a")).ok());
  REQUIRE(store.lock().WithLock("t", absl::Seconds(5), [] { return absl::OkStatus(); }).ok());
  PostgresServer::Instance().Stop();
  CHECK(absl::IsUnavailable(store.writer().Commit(TestRecord(2, "b")).status()));
  CHECK(absl::IsUnavailable(store.reader().GetRecord(TestBuildId(1)).status()));
  CHECK(absl::IsUnavailable(
      store.lock().WithLock("t", absl::Seconds(5), [] { return absl::OkStatus(); })));
  PostgresServer::Instance().Start();
  CHECK(store.lock().WithLock("t", absl::Seconds(5), [] { return absl::OkStatus(); }).ok());
  CHECK(store.reader().GetRecord(TestBuildId(1)).ok());
  CHECK(*store.writer().Commit(TestRecord(2, "b")) == CommitResult::kCommitted);
}

TEST_CASE("locks keep many holders apart, and each gets its turn") {
  PostgresHarness store;
  int inside = 0;  // guarded by the lock under test
  int most = 0;
  int done = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 5; ++round) {
          absl::Status status = store.lock().WithLock("tag", absl::Seconds(30), [&] {
            most = std::max(most, ++inside);
            absl::SleepFor(absl::Milliseconds(1));
            --inside;
            ++done;
            return absl::OkStatus();
          });
          if (!status.ok()) return;
        }
      });
    }
  }
  CHECK(most == 1);
  CHECK(done == 20);
}

}  // namespace
}  // namespace lif
