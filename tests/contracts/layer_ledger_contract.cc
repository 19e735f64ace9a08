#include "tests/contracts/layer_ledger_contract.h"

#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include "tests/contracts/test_record.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

std::string TestDigest(const std::string& word) {
  return "sha256:" + TestKey(word);
}

LedgerLayer MustCommit(LayerLedgerHarness& ledger, const LedgerLayer& layer) {
  auto commit = ledger.writer().Commit(layer);
  INFO(commit.status().ToString());
  REQUIRE(commit.ok());
  REQUIRE(commit->committed);
  CheckEqual(commit->standing, layer);
  return commit->standing;
}

std::map<std::string, LedgerLayer> Find(LayerLedgerHarness& ledger,
                                        const std::vector<std::string>& words) {
  std::vector<std::string> keys;
  for (const std::string& word : words) keys.push_back(TestKey(word));
  auto found = ledger.reader().LookUp(keys);
  REQUIRE(found.ok());
  std::map<std::string, LedgerLayer> by_key;
  for (LedgerLayer& layer : *found) {
    REQUIRE(by_key.count(layer.layer_key) == 0);
    by_key[layer.layer_key] = layer;
  }
  return by_key;
}

// Of racing commits one wins, and all are told which.
void CheckRacingCommits(LayerLedgerHarness& ledger) {
  std::atomic<int> committed{0};
  std::vector<std::string> standing(8);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        LedgerLayer layer = TestLayer(i + 1, "same");
        layer.diff_ids.back() = TestDigest("run " + std::to_string(i));
        auto commit = ledger.writer().Commit(layer);
        if (!commit.ok()) return;
        if (commit->committed) ++committed;
        standing[i] = commit->standing.diff_ids.back();
      });
    }
  }
  CHECK(committed == 1);
  const LedgerLayer kept = Find(ledger, {"same"}).at(TestKey("same"));
  for (const std::string& diff_id : standing) CHECK(diff_id == kept.diff_ids.back());
}

void CheckRefused(LayerLedgerHarness& ledger, const std::function<void(LedgerLayer*)>& spoil) {
  LedgerLayer layer = TestLayer(1, "spoiled");
  spoil(&layer);
  CHECK(absl::IsInvalidArgument(ledger.writer().Commit(layer).status()));
}

void CheckAllRefused(LayerLedgerHarness& ledger) {
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->layer_key = "short"; });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->generation = 0; });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->token = -1; });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->build_id = "no ULID"; });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->repository.clear(); });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->digest = TestKey("no algorithm"); });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->diff_ids.clear(); });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->diff_ids.push_back("sha256:x"); });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->size = -1; });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->duration = -absl::Seconds(1); });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->below_key = "short"; });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->below_key = TestKey("no generation"); });
  CheckRefused(ledger, [](LedgerLayer* layer) { layer->below_generation = 1; });
  CheckRefused(ledger, [](LedgerLayer* layer) {
    layer->below_key = layer->layer_key;
    layer->below_generation = 1;
  });
}

void CheckBelow(LayerLedgerHarness& ledger) {
  const LedgerLayer low = MustCommit(ledger, TestLayer(1, "low"));
  LedgerLayer other = TestLayerOn(low, 2, "high");
  other.diff_ids[0] = TestDigest("another base");
  CHECK(absl::IsFailedPrecondition(ledger.writer().Commit(other).status()));
  LedgerLayer shorter = TestLayerOn(low, 2, "high");
  shorter.diff_ids.resize(1);
  CHECK(absl::IsFailedPrecondition(ledger.writer().Commit(shorter).status()));
  LedgerLayer nowhere = TestLayerOn(low, 2, "high");
  nowhere.below_generation = 2;
  CHECK(absl::IsFailedPrecondition(ledger.writer().Commit(nowhere).status()));
  CHECK(Find(ledger, {"high"}).empty());
  MustCommit(ledger, TestLayerOn(low, 2, "high"));
}

}  // namespace

void LayerLedgerContract(const MakeLayerLedger& make) {
  std::unique_ptr<LayerLedgerHarness> ledger = make();
  SECTION("a layer comes back as it was committed, with its time") {
    const LedgerLayer low = MustCommit(*ledger, TestLayer(1, "low"));
    const LedgerLayer high = TestLayerOn(low, 2, "high");
    MustCommit(*ledger, high);
    const auto found = Find(*ledger, {"low", "high"});
    REQUIRE(found.size() == 2);
    CheckEqual(found.at(TestKey("low")), low);
    CheckEqual(found.at(TestKey("high")), high);
    CHECK(found.at(TestKey("low")).committed != absl::InfinitePast());
  }
  SECTION("keys that are not there are left out") {
    MustCommit(*ledger, TestLayer(1, "a"));
    CHECK(Find(*ledger, {"nothing", "a"}).size() == 1);
    CHECK(Find(*ledger, {}).empty());
    CHECK(ledger->reader().LookUp({"no key at all"})->empty());
  }
  SECTION("the newest generation is answered, in whatever order they came") {
    MustCommit(*ledger, TestLayer(2, "a", 2));
    MustCommit(*ledger, TestLayer(1, "a", 1));
    MustCommit(*ledger, TestLayer(3, "a", 10));
    CHECK(Find(*ledger, {"a"}).at(TestKey("a")).generation == 10);
  }
  SECTION("the first of a generation stands, and who comes later is told it") {
    const LedgerLayer first = MustCommit(*ledger, TestLayer(1, "a"));
    LedgerLayer second = TestLayer(2, "a");
    second.diff_ids.back() = TestDigest("executed again");
    auto again = ledger->writer().Commit(second);
    REQUIRE(again.ok());
    CHECK_FALSE(again->committed);
    CheckEqual(again->standing, first);
    CheckEqual(Find(*ledger, {"a"}).at(TestKey("a")), first);
  }
  SECTION("racing commits leave one layer") {
    CheckRacingCommits(*ledger);
  }
  SECTION("a layer that contradicts itself is refused") {
    CheckAllRefused(*ledger);
    CHECK(Find(*ledger, {"spoiled"}).empty());
  }
  SECTION("a layer continues what it stands on") {
    CheckBelow(*ledger);
  }
  SECTION("many keys are one call, and too many are refused") {
    std::vector<std::string> keys;
    for (size_t i = 0; i < kMaxLedgerKeys; ++i) keys.push_back(TestKey(std::to_string(i)));
    MustCommit(*ledger, TestLayer(1, "7"));
    MustCommit(*ledger, TestLayer(2, "9999"));
    auto found = ledger->reader().LookUp(keys);
    REQUIRE(found.ok());
    CHECK(found->size() == 2);
    keys.push_back(TestKey("one more"));
    CHECK(absl::IsInvalidArgument(ledger->reader().LookUp(keys).status()));
  }
}

LedgerLayer TestLayer(int number, const std::string& key_word, int64_t generation) {
  LedgerLayer layer;
  layer.layer_key = TestKey(key_word);
  layer.generation = generation;
  layer.token = 1'700'000'000'123'456 + number;
  layer.build_id = TestBuildId(number);
  layer.platform = "linux/amd64";
  layer.module_ref = "core-python@1.0.0";
  layer.repository = "127.0.0.1:5000/lif/layers";
  layer.digest = TestDigest(key_word + " pushed " + std::to_string(number));
  layer.diff_ids = {TestDigest("base"), TestDigest(key_word + " run " + std::to_string(number))};
  layer.size = 12'345'678'901;
  layer.duration = absl::Microseconds(8'300'001);
  return layer;
}

LedgerLayer TestLayerOn(const LedgerLayer& below, int number, const std::string& key_word,
                        int64_t generation) {
  LedgerLayer layer = TestLayer(number, key_word, generation);
  layer.below_key = below.layer_key;
  layer.below_generation = below.generation;
  const std::string own = layer.diff_ids.back();
  layer.diff_ids = below.diff_ids;
  layer.diff_ids.push_back(own);
  return layer;
}

void CheckEqual(const LedgerLayer& actual, const LedgerLayer& expected) {
  CHECK(actual.layer_key == expected.layer_key);
  CHECK(actual.generation == expected.generation);
  CHECK(actual.token == expected.token);
  CHECK(actual.build_id == expected.build_id);
  CHECK(actual.platform == expected.platform);
  CHECK(actual.module_ref == expected.module_ref);
  CHECK(actual.repository == expected.repository);
  CHECK(actual.digest == expected.digest);
  CHECK(actual.diff_ids == expected.diff_ids);
  CHECK(actual.size == expected.size);
  CHECK(actual.duration == expected.duration);
  CHECK(actual.below_key == expected.below_key);
  CHECK(actual.below_generation == expected.below_generation);
}

}  // namespace lif
