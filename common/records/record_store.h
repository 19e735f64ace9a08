// Compatibility records. Implementations: PostgresRecordStore; tests/fakes/memory_record_store.
// Two seams, since the control plane may read and only executors may write.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/records/record.h"

namespace lif {

// What decides whether work is already done.
struct RecordHead {
  std::string build_id;
  std::string build_key;
  int64_t generation = 0;
  Outcome outcome = Outcome::kError;
  absl::Time finished;
  // From its start on an executor to its end; zero when it ended before one ran it.
  absl::Duration took = absl::ZeroDuration();
};

struct KeyHistory {
  std::string build_key;
  int64_t newest_generation = 0;        // of any outcome
  std::optional<RecordHead> newest;     // of any outcome
  std::optional<RecordHead> effective;  // newest that is compatible, incompatible or failed
};

struct RecordFilter {
  std::optional<JobKind> kind = JobKind::kImage;  // nullopt for all
  std::string manifest_id;                        // "" for all
  std::string platform;
  std::optional<Outcome> outcome;
  std::string module;           // "name" or "name@version" in its stack
  std::string before_build_id;  // page: records with a build ID below this; "" from the newest
  bool effective_only = false;
  int limit = 50;  // 1..500, newest build ID first
};

// Thread-safe; calls block with a deadline. UNAVAILABLE when the store is away.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // One query for all; keys without a record are left out. At most 10,000.
  virtual absl::StatusOr<std::vector<KeyHistory>> LookUp(
      const std::vector<std::string>& build_keys) = 0;
  // NOT_FOUND names the ID.
  virtual absl::StatusOr<Record> GetRecord(const std::string& build_id) = 0;
  // Of this generation, under whatever build ID. NOT_FOUND names both.
  virtual absl::StatusOr<Record> GetRecordOf(const std::string& build_key, int64_t generation) = 0;
  // Without layers, tests and artifacts.
  virtual absl::StatusOr<std::vector<Record>> ListRecords(const RecordFilter& filter) = 0;
};

enum class CommitResult {
  kCommitted,
  kExists,  // this (build key, generation) has a record: nothing was written
};

class RecordWriter {
 public:
  virtual ~RecordWriter() = default;
  // The record with its layers, tests, artifacts and packages in one transaction.
  virtual absl::StatusOr<CommitResult> Commit(const Record& record) = 0;
};

// Serialises what must not run twice at a time across the fleet (moving a tag). The lock is an
// advisory lock of the store's session and ends with it.
class FleetLock {
 public:
  virtual ~FleetLock() = default;
  // Runs `action` while holding the lock on `name`; waits at most `wait` (DEADLINE_EXCEEDED).
  virtual absl::Status WithLock(const std::string& name, absl::Duration wait,
                                const std::function<absl::Status()>& action) = 0;
};

}  // namespace lif
