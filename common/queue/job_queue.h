// The fleet's queue. Two seams over the same data: JobQueue for those who submit and operate,
// WorkQueue for executors. Implementations: RedisJobQueue (both), MemoryJobQueue (tests/fakes);
// tests/contracts/job_queue_contract.h runs on each.
//
// All calls are thread-safe, block on I/O with a deadline, and answer UNAVAILABLE when the queue is
// away (retry), RESOURCE_EXHAUSTED when it is full, INVALID_ARGUMENT naming the field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/queue/job.h"

namespace lif {

struct SubmitRequest {
  std::string request_id;  // ULID; a retry with the same ID changes nothing more
  std::string tenant = "default";
  int priority = 0;           // -10 … 10, higher first; a step is worth ten minutes of waiting
  std::vector<JobSpec> jobs;  // at most 64, parents first
  // Jobs that no executor has begun by then end as cancelled; see JobView::last_error.
  absl::Duration queue_ttl = absl::InfiniteDuration();
  // A graph of more than 64 jobs comes in chunks of one request ID, each valid alone.
  int chunk = 0;  // 0 … chunks - 1
  int chunks = 1;
};

enum class SubmitDisposition {
  kQueued,  // a new job
  kJoined,  // was waiting, ready, delayed, active, parked or ending: the tenant waits for it too
  kDone,    // ended already and is retained: read its record
};

struct SubmitOutcome {
  // As submitted; or, for a request repeated after its job had ended, that job's: an earlier
  // generation of the key, known as long as it is retained.
  std::string job_id;
  std::string build_id;  // of the job that exists now
  SubmitDisposition disposition = SubmitDisposition::kQueued;
  // Joined a job that is being stopped (cancelled, ended without an executor, or waiting, at
  // whatever depth, for one that is): it will bring no verdict. Who wants one submits the next
  // generation.
  bool stopping = false;
};

enum class CancelResult {
  kCancelled,  // it was not running; its record will say so
  kRequested,  // running: the executor has been told
  kShared,     // others still wait for it; only this tenant left
  kEnded,      // too late
};

struct TickResult {
  int promoted = 0;  // delayed → ready
  int reaped = 0;    // leases that ran out
  int dead_lettered = 0;
  int removed = 0;   // past retention
  int released = 0;  // dependants of a job that ended
  int expired = 0;   // not begun within their queue TTL
  // The queue came back from an older state since the last tick: how many calls that had been
  // answered it has forgotten, and how many jobs of ours were submitted anew.
  int64_t writes_lost = 0;
  int resubmitted = 0;
};

struct PoolStats {
  std::string pool;
  int64_t ready = 0;
  int64_t active = 0;
  int64_t waiting = 0;
  int64_t delayed = 0;
  int executors = 0;  // alive
  int slots = 0;      // of those alive
  absl::Duration oldest_ready = absl::ZeroDuration();
};

struct ExecutorInfo {
  std::string id;
  std::string pool;
  std::string platform;
  std::vector<std::string> capabilities;
  std::vector<std::string> gpus;  // model of each, without ','; empty where none are offered
  std::string recipe;             // canonical text of its Recipe, for people and for refusal
  std::string version;
  std::string host;
  int slots = 0;
  int busy = 0;
  bool draining = false;
  absl::Time started;
  absl::Time heartbeat;  // set by the queue
  bool alive = false;    // set by the queue: heard from within three leases
};

struct JobFilter {
  std::optional<JobState> state;
  std::string pool;            // "" for all
  std::string manifest_id;     // "" for all
  std::vector<JobKind> kinds;  // none for all
  int limit = 100;             // 1..1000; newest first
};

// Pure.
bool Matches(const JobFilter& filter, const JobView& view);

class JobQueue {
 public:
  virtual ~JobQueue() = default;
  // All or nothing for its jobs; outcomes in the order of the request.
  virtual absl::StatusOr<std::vector<SubmitOutcome>> Submit(const SubmitRequest& request) = 0;
  // The tenant waits no longer; with tenant "" nobody does (an operator's right). NOT_FOUND when no
  // such build is known to the queue.
  virtual absl::StatusOr<CancelResult> Cancel(const std::string& build_id,
                                              const std::string& tenant) = 0;
  // Bounded maintenance: promote, reap, retain. Any replica or executor may call it at any time.
  virtual absl::StatusOr<TickResult> Tick() = 0;
  // By build ID. NOT_FOUND once retention is over: the record knows.
  virtual absl::StatusOr<JobView> GetJob(const std::string& build_id) = 0;
  // Same order as asked; nullopt for what the queue does not know. At most 1000.
  virtual absl::StatusOr<std::vector<std::optional<JobView>>> GetJobs(
      const std::vector<std::string>& build_ids) = 0;
  // The same by job ID, for who knows key and generation. At most 1000.
  virtual absl::StatusOr<std::vector<std::optional<JobView>>> FindJobs(
      const std::vector<std::string>& job_ids) = 0;
  virtual absl::StatusOr<std::vector<JobView>> ListJobs(const JobFilter& filter) = 0;
  // Pools with work or with a live executor, by name.
  virtual absl::StatusOr<std::vector<PoolStats>> ListPools() = 0;
  virtual absl::StatusOr<std::vector<ExecutorInfo>> ListExecutors() = 0;
  // Told to the executor by its next heartbeat; `drain` false takes it back. NOT_FOUND when no such
  // executor is registered.
  virtual absl::Status RequestDrain(const std::string& executor_id, bool drain) = 0;
};

struct ClaimRequest {
  std::string executor_id;
  std::string pool;
  std::string nonce;  // unique per claim; a retry with the same nonce answers the same job
  absl::Duration lease = absl::Seconds(30);
};

enum class LeaseAnswer { kOk, kLost, kCancel };

struct HeartbeatReply {
  std::vector<LeaseAnswer> leases;  // in the order asked
  bool drain = false;
};

struct JobFailure {
  FailureClass failure = FailureClass::kTransient;
  std::string message;  // for people; cut at 2 KiB
};

struct FailResult {
  bool will_retry = false;  // delayed until `retry_at`
  absl::Time retry_at;
  // Otherwise attempts are used up: the caller still holds the lease, writes the record of the
  // error and completes the job.
};

class WorkQueue {
 public:
  virtual ~WorkQueue() = default;
  // nullopt when there is nothing to do. Does not wait.
  virtual absl::StatusOr<std::optional<ClaimedJob>> Claim(const ClaimRequest& request) = 0;
  // Waits at most `wait` for a hint that the pool may have work. A hint only.
  virtual absl::Status WaitForBell(const std::string& pool, absl::Duration wait) = 0;
  // Registers the executor and renews all its leases in one call. ALREADY_EXISTS when another that
  // started later goes by the same ID: this one should end.
  virtual absl::StatusOr<HeartbeatReply> Heartbeat(const ExecutorInfo& executor,
                                                   const std::vector<Lease>& leases,
                                                   absl::Duration lease) = 0;
  // After the record is committed. FAILED_PRECONDITION when the lease is lost; a retry of a call
  // that succeeded answers OK. `outcome` as in the record.
  virtual absl::Status Complete(const Lease& lease, const std::string& outcome) = 0;
  // Complete, and Claim in the same call. After an error a retry with the same nonce, of this or of
  // Claim, answers the job that the call claimed, if it did.
  virtual absl::StatusOr<std::optional<ClaimedJob>> CompleteAndClaim(const Lease& lease,
                                                                     const std::string& outcome,
                                                                     const ClaimRequest& next) = 0;
  // FAILED_PRECONDITION when the lease is lost.
  virtual absl::StatusOr<FailResult> Fail(const Lease& lease, const JobFailure& failure) = 0;
  // What the job asks for must not be done: it is not in the catalog, or does not match it. Ends as
  // a dead letter with the reason (cut at 2 KiB) and without a record.
  virtual absl::Status Bury(const Lease& lease, const std::string& reason) = 0;
  // Gives the job back unharmed (drain); the attempt is not counted.
  virtual absl::Status Requeue(const Lease& lease) = 0;
  // Found while running that other jobs are needed first (a lost layer): gives the lease up until
  // they are done. `needs` must have been submitted.
  virtual absl::Status Park(const Lease& lease, const std::vector<std::string>& needs) = 0;
  // For an executor that comes back with work done under a lease that ran out: takes the job again
  // while no other has claimed it since, with a new token. FAILED_PRECONDITION otherwise.
  virtual absl::StatusOr<ClaimedJob> Adopt(const Lease& lease, const std::string& executor_id,
                                           absl::Duration duration) = 0;
  // Fenced like the rest; what watchers see. Answers FAILED_PRECONDITION when the lease is lost.
  virtual absl::Status ReportProgress(const Lease& lease, const JobProgress& progress) = 0;
  // Forgets the executor at a clean exit.
  virtual absl::Status Unregister(const std::string& executor_id) = 0;
};

}  // namespace lif
