#include "common/records/record.h"

#include <memory>

#include "common/records/record_columns_internal.h"
#include "tests/contracts/record_store_contract.h"
#include "tests/fakes/memory_record_store.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

class MemoryHarness final : public RecordStoreHarness {
 public:
  RecordReader& reader() override { return store_; }
  RecordWriter& writer() override { return store_; }
  FleetLock& lock() override { return store_; }

 private:
  MemoryRecordStore store_;
};

std::unique_ptr<RecordStoreHarness> Make() {
  return std::make_unique<MemoryHarness>();
}

TEST_CASE("MemoryRecordStore commits as the contract says") {
  CommitContract(Make);
}
TEST_CASE("MemoryRecordStore looks up as the contract says") {
  LookUpContract(Make);
}
TEST_CASE("MemoryRecordStore lists as the contract says") {
  ListRecordsContract(Make);
}
TEST_CASE("MemoryRecordStore locks as the contract says") {
  FleetLockContract(Make);
}

TEST_CASE("names of outcomes and layer uses are read back") {
  for (Outcome outcome : {Outcome::kCompatible, Outcome::kIncompatible, Outcome::kFailed,
                          Outcome::kError, Outcome::kCancelled}) {
    CHECK(ParseOutcome(OutcomeName(outcome)) == outcome);
  }
  for (LayerUse use : {LayerUse::kReused, LayerUse::kJoined, LayerUse::kBuilt}) {
    CHECK(ParseLayerUse(LayerUseName(use)) == use);
  }
  CHECK_FALSE(ParseOutcome("Compatible").has_value());
  CHECK_FALSE(ParseLayerUse("").has_value());
}

TEST_CASE("stages are kept to the microsecond, and other JSON is refused") {
  const std::map<std::string, absl::Duration> stages = {{"build", absl::Microseconds(1)},
                                                        {"pu\"sh", absl::Hours(30)}};
  CHECK(*StagesFromJson(StagesToJson(stages)) == stages);
  CHECK(StagesToJson({}) == "{}");
  for (const char* wrong : {"", "[]", "{\"a\":\"b\"}", "{\"a\":1.5}", "{"}) {
    CHECK_FALSE(StagesFromJson(wrong).ok());
  }
}

}  // namespace
}  // namespace lif
