#include "executor/spool.h"

#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "tests/contracts/record_store_contract.h"
#include "tests/contracts/test_record.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

const absl::Time kNow = absl::FromUnixMicros(1'700'000'000'123'456);

class SpoolBench {
 public:
  SpoolBench() {
    REQUIRE(WriteFileAtomically(source(), "what was run\n").ok());
    Open();
  }
  std::string path() const { return directory.path() + "/spool"; }
  std::string source() const { return directory.path() + "/evidence.log"; }
  std::string EntryPath(int number) const { return path() + "/" + TestBuildId(number); }

  void Open(const SpoolLimits& limits = {}) {
    spool.reset();
    auto opened = Spool::Open(path(), limits);
    INFO(opened.status().ToString());
    REQUIRE(opened.ok());
    spool = *std::move(opened);
  }
  Settlement Result(int number) const {
    Settlement result;
    result.record = TestRecord(number, absl::StrCat("key", number), 2, Outcome::kFailed);
    result.record.artifacts.clear();
    result.record.packages = {{"deb", "zlib1g", "1:1.2", "amd64", "pkg:deb/debian/zlib1g@1.2"}};
    result.artifacts = {{"evidence.log", "text/plain", source(), ""},
                        {"Dockerfile", "text/plain", "", "FROM base\n"}};
    result.log_tail = {"one", "two"};
    result.layer = LedgerLayer{TestKey("layer"),
                               2,
                               77,
                               TestBuildId(number),
                               "linux/amd64",
                               "core-python@1.0.0",
                               "registry.test/lif/layers",
                               "sha256:" + TestKey("manifest"),
                               {"sha256:" + TestKey("base"), "sha256:" + TestKey("core")},
                               5'000'000'000,
                               absl::Microseconds(8'300'001),
                               TestKey("below"),
                               3};
    return result;
  }
  static Lease LeaseOf(int number) {
    return {absl::StrCat(TestKey("k"), ".", number), 40 + number};
  }
  SpoolEntry MustPut(int number) {
    auto entry = spool->Put(LeaseOf(number), kNow, Result(number));
    INFO(entry.status().ToString());
    REQUIRE(entry.ok());
    return *std::move(entry);
  }

  TemporaryDirectory directory;
  std::unique_ptr<Spool> spool;
};

void CheckEntry(const SpoolBench& bench, const SpoolEntry& entry, int number) {
  CheckEqual(entry.settlement.record, bench.Result(number).record);
  CHECK(entry.settlement.record.packages == bench.Result(number).record.packages);
  CHECK(entry.settlement.log_tail == std::vector<std::string>{"one", "two"});
  CHECK(entry.lease.job_id == SpoolBench::LeaseOf(number).job_id);
  CHECK(entry.lease.token == 40 + number);
  REQUIRE(entry.settlement.layer.has_value());
  const LedgerLayer& layer = *entry.settlement.layer;
  const LedgerLayer put = bench.Result(number).layer.value();
  CHECK(layer.layer_key == put.layer_key);
  CHECK(layer.generation == put.generation);
  CHECK(layer.token == put.token);
  CHECK(layer.build_id == put.build_id);
  CHECK(layer.platform == put.platform);
  CHECK(layer.module_ref == put.module_ref);
  CHECK(ImageOf(layer) == ImageOf(put));
  CHECK(layer.diff_ids == put.diff_ids);
  CHECK(layer.size == put.size);
  CHECK(layer.duration == put.duration);
  CHECK(layer.below_key == put.below_key);
  CHECK(layer.below_generation == put.below_generation);
  CHECK(entry.spooled == kNow);
  REQUIRE(entry.settlement.artifacts.size() == 2);
  CHECK(entry.settlement.artifacts[0].name == "evidence.log");
  CHECK(entry.settlement.artifacts[0].media_type == "text/plain");
  CHECK(*ReadFile(entry.settlement.artifacts[0].path, 100) == "what was run\n");
  CHECK(*ReadFile(entry.settlement.artifacts[1].path, 100) == "FROM base\n");
}

TEST_CASE("A result comes back from the spool as it was, also after a restart", "[spool]") {
  SpoolBench bench;
  CheckEntry(bench, bench.MustPut(1), 1);
  bench.MustPut(2);
  // The files of the job go away with it.
  REQUIRE(fs::remove(bench.source()));
  bench.Open();
  CHECK(bench.spool->List() == std::vector<std::string>{TestBuildId(1), TestBuildId(2)});
  CHECK(bench.spool->depth().entries == 2);
  CHECK(bench.spool->depth().bytes > 46);
  CheckEntry(bench, *bench.spool->Load(TestBuildId(1)), 1);
  CheckEntry(bench, *bench.spool->Load(TestBuildId(2)), 2);
  REQUIRE(bench.spool->Remove(TestBuildId(1)).ok());
  REQUIRE(bench.spool->Remove(TestBuildId(2)).ok());
  CHECK(bench.spool->List().empty());
  CHECK(bench.spool->depth().entries == 0);
  CHECK(bench.spool->depth().bytes == 0);
  CHECK(bench.spool->Remove(TestBuildId(2)).ok());
}

TEST_CASE("What is damaged in the spool is told, and can be set aside", "[spool]") {
  SpoolBench bench;
  bench.MustPut(1);
  bench.MustPut(2);
  const std::string entry = bench.EntryPath(1);
  const std::string result = *ReadFile(entry + "/result", 1 << 20);
  std::string word;
  SECTION("a byte of the result is another") {
    std::string bytes = result;
    bytes[bytes.size() / 2] ^= 1;
    REQUIRE(WriteFileAtomically(entry + "/result", bytes).ok());
    word = "digest";
  }
  SECTION("the result is cut") {
    REQUIRE(WriteFileAtomically(entry + "/result", result.substr(0, result.size() / 2)).ok());
    word = "digest";
  }
  SECTION("the result is empty") {
    REQUIRE(WriteFileAtomically(entry + "/result", "").ok());
    word = "digest";
  }
  SECTION("the result is missing") {
    REQUIRE(fs::remove(entry + "/result"));
    word = "result";
  }
  SECTION("an artifact has other bytes") {
    REQUIRE(WriteFileAtomically(entry + "/artifact-1", "FROM evil\n").ok());
    word = "Dockerfile";
  }
  SECTION("an artifact is missing") {
    REQUIRE(fs::remove(entry + "/artifact-0"));
    word = "artifact-0";
  }
  SECTION("it is another build's") {
    REQUIRE(RemoveTree(entry).ok());
    fs::copy(bench.EntryPath(2), entry, fs::copy_options::recursive);
    word = TestBuildId(2);
  }
  SECTION("it is no directory") {
    REQUIRE(RemoveTree(entry).ok());
    REQUIRE(WriteFileAtomically(entry, "?").ok());
    word = entry;
  }
  bench.Open();
  CHECK(bench.spool->List().size() == 2);
  const auto loaded = bench.spool->Load(TestBuildId(1));
  INFO(loaded.status().ToString());
  CHECK(absl::IsDataLoss(loaded.status()));
  CHECK(std::string(loaded.status().message()).find(word) != std::string::npos);
  const auto aside = bench.spool->SetAside(TestBuildId(1));
  REQUIRE(aside.ok());
  CHECK(fs::exists(*aside));
  CHECK(bench.spool->List() == std::vector<std::string>{TestBuildId(2)});
  CHECK(bench.spool->depth().entries == 1);
  CheckEntry(bench, *bench.spool->Load(TestBuildId(2)), 2);
  bench.Open();
  CHECK(bench.spool->depth().entries == 1);
}

TEST_CASE("Only so many damaged entries are kept", "[spool]") {
  SpoolBench bench;
  for (int number = 1; number <= 20; ++number) {
    bench.MustPut(number);
    REQUIRE(bench.spool->SetAside(TestBuildId(number)).ok());
  }
  int kept = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(bench.path() + "/damaged")) {
    ++kept;
  }
  CHECK(kept == 16);
  CHECK(fs::exists(bench.path() + "/damaged/" + TestBuildId(20)));
}

TEST_CASE("What was half written or half removed is gone at the next start", "[spool]") {
  SpoolBench bench;
  bench.MustPut(1);
  REQUIRE(MakeDirectories(bench.path() + "/.half-" + TestBuildId(2)).ok());
  REQUIRE(WriteFileAtomically(bench.path() + "/.half-" + TestBuildId(2) + "/artifact-0", "x").ok());
  bench.Open();
  CHECK_FALSE(fs::exists(bench.path() + "/.half-" + TestBuildId(2)));
  CHECK(bench.spool->List() == std::vector<std::string>{TestBuildId(1)});
}

TEST_CASE("The spool has bounds", "[spool]") {
  SpoolBench bench;
  SpoolLimits limits;
  bool first = true;
  SECTION("of results") {
    limits.entries = 1;
  }
  SECTION("of bytes") {
    limits.bytes = 1000;
  }
  SECTION("of free disk") {
    limits.min_free_disk = ~uint64_t{0} >> 1;
    first = false;
  }
  bench.Open(limits);
  CHECK(bench.spool->Put(SpoolBench::LeaseOf(1), kNow, bench.Result(1)).ok() == first);
  const auto refused = bench.spool->Put(SpoolBench::LeaseOf(2), kNow, bench.Result(2));
  INFO(refused.status().ToString());
  CHECK(absl::IsResourceExhausted(refused.status()));
  CHECK(bench.spool->List().size() == (first ? 1 : 0));
  // Nothing half done is left.
  for (const auto& entry : fs::directory_iterator(bench.path())) {
    CHECK(entry.path().filename().string()[0] != '.');
  }
}

TEST_CASE("A build has one entry, the newest", "[spool]") {
  SpoolBench bench;
  bench.MustPut(1);
  Settlement newer = bench.Result(1);
  newer.log_tail = {"newer"};
  REQUIRE(bench.spool->Put({"job", 99}, kNow, newer).ok());
  CHECK(bench.spool->depth().entries == 1);
  CHECK(bench.spool->Load(TestBuildId(1))->lease.token == 99);
  CHECK(bench.spool->Load(TestBuildId(1))->settlement.log_tail == newer.log_tail);
}

TEST_CASE("A newer lease outlives a restart", "[spool]") {
  SpoolBench bench;
  bench.MustPut(1);
  REQUIRE(bench.spool->SetLease(TestBuildId(1), {"job", 77}).ok());
  bench.Open();
  const auto entry = bench.spool->Load(TestBuildId(1));
  REQUIRE(entry.ok());
  CHECK(entry->lease.job_id == "job");
  CHECK(entry->lease.token == 77);
  CHECK(entry->settlement.record.token == 77);
  CHECK(entry->settlement.artifacts.size() == 2);
}

TEST_CASE("A build ID that could be a path never becomes one", "[spool]") {
  SpoolBench bench;
  for (const char* id : {"", ".", "..", "../../x", "a/b", "damaged"}) {
    Settlement result = bench.Result(1);
    result.record.build_id = id;
    CHECK(absl::IsInvalidArgument(bench.spool->Put({"job", 1}, kNow, result).status()));
  }
  CHECK(bench.spool->List().empty());
}

TEST_CASE("A result whose files can't be read is not kept, and leaves nothing", "[spool]") {
  SpoolBench bench;
  REQUIRE(fs::remove(bench.source()));
  CHECK_FALSE(bench.spool->Put({"job", 1}, kNow, bench.Result(1)).ok());
  CHECK(bench.spool->List().empty());
  CHECK(bench.spool->depth().entries == 0);
}

}  // namespace
}  // namespace lif
