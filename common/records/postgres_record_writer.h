// RecordWriter over the tables of deploy/sql/003_results.sql. Needs SELECT and INSERT on results.
#pragma once

#include "common/postgres/postgres_pool.h"
#include "common/records/record_store.h"

namespace lif {

// Thread-safe. `pool` must outlive it.
//
// Commit may be called again with the same record after any error: the answer is then kExists if
// the first call did it after all. Of racing commits of one (build key, generation), one is
// kCommitted. Texts that commands printed (failure command and message, test messages) are made
// valid UTF-8 and cut at 16 KiB, so that no output keeps a build from being recorded; IDs are
// refused (INVALID_ARGUMENT). ALREADY_EXISTS: the build ID belongs to a record of another key.
class PostgresRecordWriter final : public RecordWriter {
 public:
  explicit PostgresRecordWriter(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<CommitResult> Commit(const Record& record) override;

 private:
  PostgresPool& pool_;
};

}  // namespace lif
