// Brings a finished attempt to its end: artifacts, record, tags, and the queue told. What is away
// is waited for, in the spool if there is one; the lease is kept alive meanwhile by the
// LeaseKeeper.
#pragma once

#include <string>
#include <vector>

#include "executor/held_lease.h"
#include "executor/retry.h"
#include "executor/services.h"
#include "executor/settlement.h"

namespace lif {

// Thread-safe; what `services` refers to must outlive it.
class Settler {
 public:
  explicit Settler(const Services& services) : services_(services) {}

  // Artifacts, commit, publish, complete. If a record of this generation is there already, that
  // one counts. When something is away, the result goes to the spool; without one, or when it is
  // full, this waits. When it can't be done in time, the job is given back unharmed.
  void Settle(HeldLease& lease, const Settlement& settlement);
  // The same once, without waiting; may be called again after any error. MayPass (retry.h) tells
  // whether that could help; what could not is for Abandon.
  absl::Status TrySettle(HeldLease& lease, const Settlement& settlement);
  // Publish and complete, for a record that is committed. Waits for what is away.
  void Finish(HeldLease& lease, const Record& record);
  // Gives the job up until these, which were submitted, are done. RESOURCE_EXHAUSTED when it has
  // been parked too often: it is still held, and wants a record. Any other end is dealt with.
  absl::Status Park(HeldLease& lease, const std::vector<std::string>& needs);
  // Ends the work on a result that can't be settled, for this reason. One that no wait can help
  // counts as a failed attempt, and the last of these buries the job.
  void Abandon(HeldLease& lease, const absl::Status& why);
  // True when there is nothing more to do: the queue will try again, or the job is not ours any
  // more. False when the attempts are used up: settle an error.
  bool Fail(HeldLease& lease, const FailureDetail& detail);
  void HandBack(HeldLease& lease);
  // A dead letter: the queue's entry must not be built.
  void Bury(HeldLease& lease, const std::string& reason);

 private:
  absl::StatusOr<Record> StoreArtifacts(const Settlement& settlement);
  absl::Status StoreOne(const PendingArtifact& artifact, Record* record);
  absl::StatusOr<Record> Commit(const Record& record);
  // Tags the layer and writes it into the ledger; `record` then tells of what stands there.
  absl::Status EnterLayer(const HeldLease& lease, const LedgerLayer& layer, Record* record);
  absl::Status TryFinish(HeldLease& lease, const Record& record);
  // Tells the queue, and claims what the slot goes on with.
  absl::Status Complete(const HeldLease& lease, const std::string& outcome);
  RetryLimits LimitsOf(const HeldLease& lease) const;
  void GiveUp(HeldLease& lease, const absl::Status& status);

  const Services& services_;
};

}  // namespace lif
