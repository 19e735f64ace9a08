// What every RecordReader and RecordWriter must do. A test binary makes a store and calls the
// contracts in a TEST_CASE; each SECTION gets a fresh store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/records/record_store.h"

namespace lif {

class RecordStoreHarness {
 public:
  virtual ~RecordStoreHarness() = default;
  virtual RecordReader& reader() = 0;
  virtual RecordWriter& writer() = 0;
  virtual FleetLock& lock() = 0;
};

using MakeRecordStore = std::function<std::unique_ptr<RecordStoreHarness>()>;

void CommitContract(const MakeRecordStore& make);
void LookUpContract(const MakeRecordStore& make);
void ListRecordsContract(const MakeRecordStore& make);
void FleetLockContract(const MakeRecordStore& make);

// A record with every field set. `number` makes build IDs that ascend.
Record TestRecord(int number, const std::string& key_word, int64_t generation = 1,
                  Outcome outcome = Outcome::kCompatible);
// Compares every field.
void CheckEqual(const Record& actual, const Record& expected);

}  // namespace lif
