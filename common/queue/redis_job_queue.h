// The queue in Redis 7; redis_keys.h documents the schema, functions/*.lua are its steps.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/queue/held_claims.h"
#include "common/queue/job_queue.h"
#include "common/queue/queue_functions.h"
#include "common/queue/submit_ledger.h"
#include "common/redis/redis_client.h"

namespace lif {

struct RedisJobQueueOptions {
  RedisOptions redis;
  std::string factory = "lif";
  int connections = 4;                        // for calls; heartbeats and bells have their own
  int bells = 4;                              // threads that wait at a time
  absl::Duration retention = absl::Hours(1);  // of done jobs; their records stay
  absl::Duration dead_retention = absl::Hours(24 * 30);
  double backoff_scale = 1.0;  // of retries; tests shorten it
  // A submit is answered once so many replicas of Redis have it, and UNAVAILABLE otherwise.
  int wait_replicas = 0;
  absl::Duration wait_timeout = absl::Seconds(1);
};

// Thread-safe. Does no I/O when made: connects, and loads its library, when first used. Every call
// may be repeated, and is, a bounded number of times, when a connection breaks. Heartbeat has its
// own connection, so that no other call delays it.
//
// When Redis came back from an older state, what it had promised this process is claimed again: the
// next Tick submits lost jobs anew, under the same IDs, and a heartbeat or a completion brings back
// a job whose claim was lost, under the same token.
class RedisJobQueue final : public JobQueue, public WorkQueue {
 public:
  // `clock` must outlive the queue.
  RedisJobQueue(RedisJobQueueOptions options, Clock* clock);

  absl::StatusOr<std::vector<SubmitOutcome>> Submit(const SubmitRequest& request) override;
  absl::StatusOr<CancelResult> Cancel(const std::string& build_id,
                                      const std::string& tenant) override;
  absl::StatusOr<TickResult> Tick() override;
  absl::StatusOr<JobView> GetJob(const std::string& build_id) override;
  absl::StatusOr<std::vector<std::optional<JobView>>> GetJobs(
      const std::vector<std::string>& build_ids) override;
  absl::StatusOr<std::vector<std::optional<JobView>>> FindJobs(
      const std::vector<std::string>& job_ids) override;
  absl::StatusOr<std::vector<JobView>> ListJobs(const JobFilter& filter) override;
  absl::StatusOr<std::vector<PoolStats>> ListPools() override;
  absl::StatusOr<std::vector<ExecutorInfo>> ListExecutors() override;
  absl::Status RequestDrain(const std::string& executor_id, bool drain) override;

  absl::StatusOr<std::optional<ClaimedJob>> Claim(const ClaimRequest& request) override;
  absl::Status WaitForBell(const std::string& pool, absl::Duration wait) override;
  absl::StatusOr<HeartbeatReply> Heartbeat(const ExecutorInfo& executor,
                                           const std::vector<Lease>& leases,
                                           absl::Duration lease) override;
  absl::Status Complete(const Lease& lease, const std::string& outcome) override;
  absl::StatusOr<std::optional<ClaimedJob>> CompleteAndClaim(const Lease& lease,
                                                             const std::string& outcome,
                                                             const ClaimRequest& next) override;
  absl::StatusOr<FailResult> Fail(const Lease& lease, const JobFailure& failure) override;
  absl::Status Bury(const Lease& lease, const std::string& reason) override;
  absl::Status Requeue(const Lease& lease) override;
  absl::Status Park(const Lease& lease, const std::vector<std::string>& needs) override;
  absl::StatusOr<ClaimedJob> Adopt(const Lease& lease, const std::string& executor_id,
                                   absl::Duration duration) override;
  absl::Status ReportProgress(const Lease& lease, const JobProgress& progress) override;
  absl::Status Unregister(const std::string& executor_id) override;

 private:
  absl::StatusOr<RedisReply> Call(const std::string& function,
                                  const std::vector<std::string>& arguments) {
    return functions_.Call(calls_, function, arguments);
  }
  absl::Status CallForOk(const std::string& function, const std::vector<std::string>& arguments);
  // Of the holder of a lease: once more when the claim was lost and could be brought back.
  absl::StatusOr<RedisReply> CallHeld(const std::string& function, const Lease& lease,
                                      const std::vector<std::string>& more,
                                      QueueStamp* stamp = nullptr);
  absl::Status EndHeld(const std::string& function, const Lease& lease,
                       const std::vector<std::string>& more);
  // Of the reply to a claim that came under `stamp`.
  absl::StatusOr<std::optional<ClaimedJob>> TakeClaim(const RedisReply& reply,
                                                      const ClaimRequest& request,
                                                      const QueueStamp& stamp);
  absl::Status Restore(RedisClient& client, const Lease& lease);
  absl::StatusOr<std::vector<SubmitOutcome>> SubmitOnce(const SubmitRequest& request,
                                                        QueueStamp* stamp);
  // Answers how many jobs.
  int SubmitLost();
  absl::StatusOr<std::vector<std::optional<JobView>>> FetchViews(
      const std::string& function, const std::vector<std::string>& ids);
  absl::StatusOr<std::vector<std::string>> ListIds(const std::string& state, int limit);

  const RedisJobQueueOptions options_;
  RedisClient calls_;
  RedisClient submits_;
  RedisClient heartbeats_;
  RedisClient bells_;
  QueueFunctions functions_;
  Clock* const clock_;
  SubmitLedger submitted_;
  HeldClaims held_;
};

}  // namespace lif
