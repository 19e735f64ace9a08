// RecordReader over the tables of deploy/sql/003_results.sql. Needs SELECT alone.
#pragma once

#include <string>
#include <vector>

#include "common/postgres/postgres_pool.h"
#include "common/records/record_store.h"

namespace lif {

// Thread-safe. `pool` must outlive it.
class PostgresRecordReader final : public RecordReader {
 public:
  explicit PostgresRecordReader(PostgresPool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<KeyHistory>> LookUp(
      const std::vector<std::string>& build_keys) override;
  absl::StatusOr<Record> GetRecord(const std::string& build_id) override;
  absl::StatusOr<Record> GetRecordOf(const std::string& build_key, int64_t generation) override;
  absl::StatusOr<std::vector<Record>> ListRecords(const RecordFilter& filter) override;

 private:
  absl::Status ReadParts(Record& record);

  PostgresPool& pool_;
};

}  // namespace lif
