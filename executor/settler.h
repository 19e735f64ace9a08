// Brings a finished attempt to its end: artifacts, record, tags, and the queue told. Waits for what
// is away; the lease is kept alive meanwhile by the LeaseKeeper.
#pragma once

#include <string>
#include <vector>

#include "executor/held_lease.h"
#include "executor/services.h"

namespace lif {

// Something to keep as a blob: a file, or bytes when `path` is empty.
struct PendingArtifact {
  std::string name;
  std::string media_type;
  std::string path;
  std::string bytes;
};

// A result that is waiting for its stores; plain data.
struct Settlement {
  Record record;
  std::vector<PendingArtifact> artifacts;
  std::vector<std::string> log_tail;  // for the error report
};

// Thread-safe; what `services` refers to must outlive it.
class Settler {
 public:
  explicit Settler(const Services& services) : services_(services) {}

  // Artifacts, commit, publish, complete. If a record of this generation is there already, that
  // one counts. When it can't be done in time, the job is given back unharmed.
  void Settle(HeldLease& lease, Settlement settlement);
  // The last two of these, for a record that is committed.
  void Finish(HeldLease& lease, const Record& record);
  // True when there is nothing more to do: the queue will try again, or the job is not ours any
  // more. False when the attempts are used up: settle an error.
  bool Fail(HeldLease& lease, const FailureDetail& detail);
  void HandBack(HeldLease& lease);
  // A dead letter: the queue's entry must not be built.
  void Bury(HeldLease& lease, const std::string& reason);

 private:
  absl::Status StoreArtifacts(HeldLease& lease, Settlement* settlement);
  absl::Status StoreOne(HeldLease& lease, const PendingArtifact& artifact, Record* record);
  absl::StatusOr<Record> Commit(HeldLease& lease, const Record& record);
  void GiveUp(HeldLease& lease, const std::string& what, const absl::Status& status);

  const Services& services_;
};

}  // namespace lif
