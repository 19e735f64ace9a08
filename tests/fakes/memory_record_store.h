// Records in memory, with the behaviour of PostgresRecordStore.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/records/record_store.h"

namespace lif {

// Thread-safe.
class MemoryRecordStore final : public RecordReader, public RecordWriter, public FleetLock {
 public:
  // While not OK, every call answers it: the store is away.
  void SetAway(absl::Status status);
  // Calls of LookUp so far, to prove that a batch is one query.
  int lookups() const;
  // As the table `packages` has them; empty when there is no such record.
  std::vector<Package> PackagesOf(const std::string& build_id) const;

  absl::StatusOr<std::vector<KeyHistory>> LookUp(
      const std::vector<std::string>& build_keys) override;
  absl::StatusOr<Record> GetRecord(const std::string& build_id) override;
  absl::StatusOr<Record> GetRecordOf(const std::string& build_key, int64_t generation) override;
  absl::StatusOr<std::vector<Record>> ListRecords(const RecordFilter& filter) override;

  absl::StatusOr<CommitResult> Commit(const Record& record) override;

  // Never waits: DEADLINE_EXCEEDED when the name is locked.
  absl::Status WithLock(const std::string& name, absl::Duration wait,
                        const std::function<absl::Status()>& action) override;

 private:
  bool IsEffective(const Record& record) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  absl::Status away_ ABSL_GUARDED_BY(mutex_);
  int lookups_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Record> records_ ABSL_GUARDED_BY(mutex_);  // by build ID
  // (build key, generation) → build ID
  std::map<std::pair<std::string, int64_t>, std::string> by_key_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, bool> locked_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lif
