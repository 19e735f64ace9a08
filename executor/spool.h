// Finished attempts on disk that wait for their stores, so that neither a crash nor a restart of
// the executor costs a build (design.md §7).
//
//   <state dir>/spool/<build ID>/       one a job: `result` (spool_codec.h), artifact-0, …
//   <state dir>/spool/.half-<build ID>  half written or half removed; removed at the next start
//   <state dir>/spool/damaged/          entries that can't be read, for people; the newest 16
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/queue/job.h"
#include "executor/settlement.h"

namespace lif {

struct SpoolLimits {
  int entries = 64;
  uint64_t bytes = uint64_t{4} << 30;
  uint64_t min_free_disk = uint64_t{64} << 20;  // bytes left free on the spool's disk
};

struct SpoolDepth {
  int entries = 0;
  uint64_t bytes = 0;
};

struct SpoolEntry {
  Lease lease;  // the newest under which the result may be written
  absl::Time spooled;
  Settlement settlement;  // its artifacts are files of the spool
};

// Thread-safe; calls block on the disk. An entry is there whole and synced, or not at all.
class Spool {
 public:
  // Makes the directory, and removes what a predecessor that was killed left half done. The
  // directory must have one owner (StateDirectory).
  static absl::StatusOr<std::unique_ptr<Spool>> Open(const std::string& path,
                                                     const SpoolLimits& limits);

  // Keeps a result, in place of an older one of its build: files are linked, not moved, so that the
  // caller's stay. Answers it with its artifacts in the spool. RESOURCE_EXHAUSTED: the spool or its
  // disk is full.
  absl::StatusOr<SpoolEntry> Put(const Lease& lease, absl::Time now, const Settlement& settlement);
  // Writes a newer lease into an entry.
  absl::Status SetLease(const std::string& build_id, const Lease& lease);
  // Reads an entry and checks every byte by SHA-256. DATA_LOSS says what is wrong.
  absl::StatusOr<SpoolEntry> Load(const std::string& build_id) const;
  absl::Status Remove(const std::string& build_id);
  // Out of the way, for people to look at; answers where it is now.
  absl::StatusOr<std::string> SetAside(const std::string& build_id);

  // Build IDs, oldest build first.
  std::vector<std::string> List() const;
  SpoolDepth depth() const;

 private:
  Spool(std::string path, const SpoolLimits& limits) : path_(std::move(path)), limits_(limits) {}

  std::string PathOf(const std::string& build_id) const { return path_ + "/" + build_id; }
  std::string HalfPathOf(const std::string& build_id) const { return path_ + "/.half-" + build_id; }
  absl::Status Reserve(const Settlement& settlement) const;
  absl::Status Drop(const std::string& build_id);
  absl::Status PruneDamaged() const;

  const std::string path_;
  const SpoolLimits limits_;
  mutable std::mutex mutex_;  // of the directory's content, and of:
  SpoolDepth depth_;
};

}  // namespace lif
