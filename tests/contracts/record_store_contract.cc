#include "tests/contracts/record_store_contract.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "tests/contracts/test_record.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::vector<std::string> Ids(const absl::StatusOr<std::vector<Record>>& records) {
  REQUIRE(records.ok());
  std::vector<std::string> ids;
  for (const Record& record : *records) ids.push_back(record.build_id);
  return ids;
}

void MustCommit(RecordStoreHarness& store, const Record& record) {
  auto result = store.writer().Commit(record);
  REQUIRE(result.ok());
  REQUIRE(*result == CommitResult::kCommitted);
}

// Of racing commits of one (key, generation), one wins, and all readers see that one.
void CheckRacingCommits(RecordStoreHarness& store) {
  std::atomic<int> committed{0};
  std::atomic<int> existed{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        Record record = TestRecord(i + 1, "same");
        record.executor = "executor-" + std::to_string(i);
        auto result = store.writer().Commit(record);
        if (!result.ok()) return;
        ++(*result == CommitResult::kCommitted ? committed : existed);
      });
    }
  }
  CHECK(committed == 1);
  CHECK(existed == 7);
  CHECK(Ids(store.reader().ListRecords({})).size() == 1);
}

void CheckPages(RecordStoreHarness& store) {
  for (int i = 1; i <= 5; ++i) MustCommit(store, TestRecord(i, "key" + std::to_string(i)));
  RecordFilter filter;
  filter.limit = 2;
  std::vector<std::string> first = Ids(store.reader().ListRecords(filter));
  CHECK(first == std::vector<std::string>{TestBuildId(5), TestBuildId(4)});
  filter.before_build_id = first.back();
  std::vector<std::string> second = Ids(store.reader().ListRecords(filter));
  CHECK(second == std::vector<std::string>{TestBuildId(3), TestBuildId(2)});
  filter.before_build_id = second.back();
  CHECK(Ids(store.reader().ListRecords(filter)) == std::vector<std::string>{TestBuildId(1)});
}

void CheckFilters(RecordStoreHarness& store) {
  Record other = TestRecord(2, "b", 1, Outcome::kFailed);
  other.manifest_id = "other";
  other.platform = "linux/arm64";
  other.layers[1].module_ref = "core-node@2.0.0";
  MustCommit(store, TestRecord(1, "a"));
  MustCommit(store, other);
  const std::vector<std::string> one = {TestBuildId(1)};
  const std::vector<std::string> two = {TestBuildId(2)};
  auto list = [&store](auto set) {
    RecordFilter filter;
    set(filter);
    return Ids(store.reader().ListRecords(filter));
  };
  CHECK(list([](RecordFilter& filter) { filter.manifest_id = "other"; }) == two);
  CHECK(list([](RecordFilter& filter) { filter.platform = "linux/amd64"; }) == one);
  CHECK(list([](RecordFilter& filter) { filter.outcome = Outcome::kFailed; }) == two);
  CHECK(list([](RecordFilter& filter) { filter.module = "core-node"; }) == two);
  CHECK(list([](RecordFilter& filter) { filter.module = "core-python@1.0.0"; }) == one);
  CHECK(list([](RecordFilter& filter) { filter.module = "core-python@9.0.0"; }).empty());
  CHECK(list([](RecordFilter& filter) {
          filter.module = "core-node";
          filter.manifest_id = "web";
        }).empty());
}

}  // namespace

void CommitContract(const MakeRecordStore& make) {
  std::unique_ptr<RecordStoreHarness> store = make();
  SECTION("a record comes back as it was committed") {
    const Record record = TestRecord(1, "a", 1, Outcome::kFailed);
    MustCommit(*store, record);
    auto read = store->reader().GetRecord(record.build_id);
    REQUIRE(read.ok());
    CheckEqual(*read, record);
  }
  SECTION("layers and indexes have records too") {
    for (const JobKind kind : {JobKind::kLayer, JobKind::kIndex}) {
      Record record = TestRecord(kind == JobKind::kLayer ? 1 : 2, std::string(JobKindName(kind)));
      record.kind = kind;
      MustCommit(*store, record);
      auto read = store->reader().GetRecord(record.build_id);
      REQUIRE(read.ok());
      CheckEqual(*read, record);
    }
  }
  SECTION("a record with nothing that is optional comes back too") {
    Record record;
    record.build_id = TestBuildId(1);
    record.build_key = TestKey("a");
    record.outcome = Outcome::kCancelled;
    record.submitted = record.started = absl::InfinitePast();
    record.finished = absl::FromUnixSeconds(1);
    MustCommit(*store, record);
    auto read = store->reader().GetRecord(record.build_id);
    REQUIRE(read.ok());
    CheckEqual(*read, record);
  }
  SECTION("a second record of the same generation is not written") {
    MustCommit(*store, TestRecord(1, "a"));
    auto again = store->writer().Commit(TestRecord(2, "a"));
    REQUIRE(again.ok());
    CHECK(*again == CommitResult::kExists);
    CHECK(store->reader().GetRecord(TestBuildId(2)).status().code() == absl::StatusCode::kNotFound);
  }
  SECTION("the same commit again answers that it is there") {
    MustCommit(*store, TestRecord(1, "a"));
    CHECK(*store->writer().Commit(TestRecord(1, "a")) == CommitResult::kExists);
  }
  SECTION("a record is found by its key and generation, under whatever build ID") {
    const Record second = TestRecord(2, "a", 2, Outcome::kFailed);
    MustCommit(*store, TestRecord(1, "a", 1));
    MustCommit(*store, second);
    auto read = store->reader().GetRecordOf(TestKey("a"), 2);
    REQUIRE(read.ok());
    CheckEqual(*read, second);
    CHECK(store->reader().GetRecordOf(TestKey("a"), 1)->build_id == TestBuildId(1));
    auto missing = store->reader().GetRecordOf(TestKey("a"), 3);
    CHECK(absl::IsNotFound(missing.status()));
    CHECK(std::string(missing.status().message()).find(TestKey("a")) != std::string::npos);
    CHECK(absl::IsNotFound(store->reader().GetRecordOf(TestKey("b"), 1).status()));
  }
  SECTION("racing commits leave one record") {
    CheckRacingCommits(*store);
  }
  SECTION("what is not there is NOT_FOUND by name") {
    auto missing = store->reader().GetRecord(TestBuildId(9));
    CHECK(missing.status().code() == absl::StatusCode::kNotFound);
    CHECK(std::string(missing.status().message()).find(TestBuildId(9)) != std::string::npos);
    CHECK(absl::IsNotFound(store->reader().GetRecord("no ULID at all").status()));
    CHECK(absl::IsNotFound(store->reader().GetRecord("").status()));
  }
}

void LookUpContract(const MakeRecordStore& make) {
  std::unique_ptr<RecordStoreHarness> store = make();
  SECTION("keys without a record are left out") {
    MustCommit(*store, TestRecord(1, "a"));
    auto found = store->reader().LookUp({TestKey("nothing"), TestKey("a")});
    REQUIRE(found.ok());
    REQUIRE(found->size() == 1);
    CHECK((*found)[0].build_key == TestKey("a"));
    CHECK(store->reader().LookUp({})->empty());
    CHECK(store->reader().LookUp({"no key at all"})->empty());
  }
  SECTION("the newest generation with a verdict is effective") {
    MustCommit(*store, TestRecord(1, "a", 1, Outcome::kFailed));
    MustCommit(*store, TestRecord(2, "a", 2, Outcome::kCompatible));
    MustCommit(*store, TestRecord(3, "a", 3, Outcome::kError));
    MustCommit(*store, TestRecord(4, "a", 4, Outcome::kCancelled));
    auto found = store->reader().LookUp({TestKey("a")});
    REQUIRE(found.ok());
    const KeyHistory& history = found->at(0);
    CHECK(history.newest_generation == 4);
    REQUIRE(history.newest.has_value());
    CHECK(history.newest->build_id == TestBuildId(4));
    CHECK(history.newest->outcome == Outcome::kCancelled);
    REQUIRE(history.effective.has_value());
    CHECK(history.effective->build_id == TestBuildId(2));
    CHECK(history.effective->build_key == TestKey("a"));
    CHECK(history.effective->generation == 2);
    CHECK(history.effective->finished == TestRecord(2, "a").finished);
    CHECK(history.effective->took == absl::Seconds(2));
  }
  SECTION("without a verdict nothing is effective") {
    MustCommit(*store, TestRecord(1, "a", 1, Outcome::kError));
    auto found = store->reader().LookUp({TestKey("a")});
    REQUIRE(found.ok());
    CHECK_FALSE(found->at(0).effective.has_value());
    CHECK(found->at(0).newest_generation == 1);
  }
  SECTION("a thousand keys are one call") {
    std::vector<std::string> keys;
    for (int i = 0; i < 1000; ++i) keys.push_back(TestKey("k" + std::to_string(i)));
    MustCommit(*store, TestRecord(1, "k7"));
    MustCommit(*store, TestRecord(2, "k999"));
    auto found = store->reader().LookUp(keys);
    REQUIRE(found.ok());
    CHECK(found->size() == 2);
  }
}

void ListRecordsContract(const MakeRecordStore& make) {
  std::unique_ptr<RecordStoreHarness> store = make();
  SECTION("pages go from the newest build to the oldest") {
    CheckPages(*store);
  }
  SECTION("filters hold together") {
    CheckFilters(*store);
  }
  SECTION("images are listed unless another kind is asked for") {
    Record layer = TestRecord(2, "layer");
    layer.kind = JobKind::kLayer;
    Record index = TestRecord(3, "index");
    index.kind = JobKind::kIndex;
    MustCommit(*store, TestRecord(1, "image"));
    MustCommit(*store, layer);
    MustCommit(*store, index);
    RecordFilter filter;
    CHECK(Ids(store->reader().ListRecords(filter)) == std::vector<std::string>{TestBuildId(1)});
    filter.kind = JobKind::kLayer;
    CHECK(Ids(store->reader().ListRecords(filter)) == std::vector<std::string>{TestBuildId(2)});
    filter.kind = JobKind::kIndex;
    CHECK(Ids(store->reader().ListRecords(filter)) == std::vector<std::string>{TestBuildId(3)});
    filter.kind.reset();
    filter.effective_only = true;
    CHECK(Ids(store->reader().ListRecords(filter)) ==
          std::vector<std::string>{TestBuildId(3), TestBuildId(2), TestBuildId(1)});
  }
  SECTION("effective records alone can be asked for") {
    MustCommit(*store, TestRecord(1, "a", 1, Outcome::kFailed));
    MustCommit(*store, TestRecord(2, "a", 2, Outcome::kIncompatible));
    MustCommit(*store, TestRecord(3, "a", 3, Outcome::kError));
    MustCommit(*store, TestRecord(4, "b", 1, Outcome::kCompatible));
    RecordFilter filter;
    filter.effective_only = true;
    CHECK(Ids(store->reader().ListRecords(filter)) ==
          std::vector<std::string>{TestBuildId(4), TestBuildId(2)});
  }
  SECTION("a list leaves layers, tests and artifacts out") {
    MustCommit(*store, TestRecord(1, "a"));
    auto listed = store->reader().ListRecords({});
    REQUIRE(listed.ok());
    REQUIRE(listed->size() == 1);
    Record bare = TestRecord(1, "a");
    bare.layers.clear();
    bare.tests.clear();
    bare.artifacts.clear();
    CheckEqual(listed->at(0), bare);
  }
}

void FleetLockContract(const MakeRecordStore& make) {
  std::unique_ptr<RecordStoreHarness> store = make();
  SECTION("the action's own answer is answered") {
    CHECK(store->lock().WithLock("tag", absl::Seconds(5), [] { return absl::OkStatus(); }).ok());
    CHECK(absl::IsAborted(
        store->lock().WithLock("tag", absl::Seconds(5), [] { return absl::AbortedError("no"); })));
  }
  SECTION("a lock that is held is not given again, and then it is") {
    bool ran = false;
    auto inner = [&] {
      return store->lock().WithLock("tag", absl::Milliseconds(50), [&] {
        ran = true;
        return absl::OkStatus();
      });
    };
    CHECK(absl::IsDeadlineExceeded(store->lock().WithLock("tag", absl::Seconds(5), inner)));
    CHECK_FALSE(ran);
    CHECK(inner().ok());
    CHECK(ran);
  }
  SECTION("locks of other names do not meet") {
    CHECK(store->lock()
              .WithLock("one", absl::Seconds(5),
                        [&] {
                          return store->lock().WithLock("two", absl::Seconds(5),
                                                        [] { return absl::OkStatus(); });
                        })
              .ok());
  }
}

}  // namespace lif
