// Settles the results that wait in the spool, on a thread of its own: those of slots whose stores
// are away, and those that a predecessor of this executor left.
//
// A result is written under a lease only. One that a slot hands over keeps its lease, renewed by
// the LeaseKeeper. One that was left asks the queue for its job (WorkQueue::Adopt); when the queue
// has given the job to another, the result waits for a day: this executor settles it if it claims
// the job itself, and forgets it once the generation has a record.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "executor/held_lease.h"
#include "executor/services.h"
#include "executor/settler.h"
#include "executor/spool.h"

namespace lif {

// Thread-safe. What is passed by reference must outlive it; it enters itself into `services`.
class SpoolSettler {
 public:
  struct Options {
    absl::Duration lease = absl::Seconds(30);  // of what is adopted
    // A result keeps its executor from claiming jobs, which would meet the same stores, for so
    // long; then the spool's bounds alone do.
    absl::Duration blocks_claims = absl::Minutes(30);
    absl::Duration keep = absl::Hours(24);  // for a result whose job another has
  };

  SpoolSettler(Services& services, Spool& spool, const Options& options);
  ~SpoolSettler();  // stops
  SpoolSettler(const SpoolSettler&) = delete;
  SpoolSettler& operator=(const SpoolSettler&) = delete;

  // Reads what is on disk and begins. Entries that are damaged are set aside, with a line in the
  // log.
  void Start();
  // What is not settled stays on disk. Its leases are not given back: they give a restart time to
  // adopt them.
  void Stop();

  // Takes a result over from a slot, because of `why`; its lease is held on from here. False when
  // it could not be kept.
  bool Take(const Lease& lease, const Settlement& settlement, const absl::Status& why);
  // True when the spool has the result of this job: it is settled under the job's lease.
  bool Resume(const ClaimedJob& job);

  // Whether results wait for which no job should be claimed.
  bool BlocksClaims();
  // Results under a lease, which this executor is about to settle.
  int settling() const;
  // Until there are none of these, or `wait` is over.
  void AwaitSettled(absl::Duration wait, std::stop_token stop);

 private:
  struct Waiting {
    SpoolEntry entry;
    std::shared_ptr<HeldLease> lease;  // null: none yet, or another has the job
    bool refused = false;              // the queue did not let us adopt it
    bool told = false;                 // the log knows that it waits
  };
  enum class Next { kKeep, kForget, kSetAside };

  void Run(std::stop_token stop);
  void Replay();
  void TryAll(const std::stop_token& stop);
  absl::Duration Rest();
  Next Try(Waiting& waiting, const std::shared_ptr<HeldLease>& lease);
  Next TryAdopt(Waiting& waiting);
  Next SettleOnce(Waiting& waiting, HeldLease& lease);
  // The queue has given the job to another.
  Next Refused(Waiting& waiting, const absl::Status& why);
  void End(const std::shared_ptr<Waiting>& waiting, const std::shared_ptr<HeldLease>& tried,
           Next next);
  bool IsOurs(const Waiting& waiting) const { return waiting.lease != nullptr || !waiting.refused; }

  Services& services_;
  Spool& spool_;
  const Options options_;
  Settler settler_;
  mutable std::mutex mutex_;
  std::list<std::shared_ptr<Waiting>> waiting_;  // and `lease`, `refused` of each
  std::stop_source wake_;                        // ends the present rest
  int failures_ = 0;                             // rounds in vain; of the thread
  std::jthread thread_;                          // last: it uses the rest
};

}  // namespace lif
