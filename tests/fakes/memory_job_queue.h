// The queue in memory, with the behaviour of RedisJobQueue (one contract suite runs on both), for
// tests of those who submit and of executors. Its only clock is the one it is given.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/queue/job_queue.h"
#include "tests/fakes/fair_share.h"

namespace lif {

struct MemoryJobQueueOptions {
  absl::Duration retention = absl::Hours(1);
  double backoff_scale = 1.0;
};

// Thread-safe.
class MemoryJobQueue final : public JobQueue, public WorkQueue {
 public:
  // `clock` must outlive the queue. WaitForBell sleeps on it: with a FakeClock it waits until a
  // test advances it, or a job comes.
  explicit MemoryJobQueue(Clock* clock, MemoryJobQueueOptions options = {});

  // While not OK, every call answers it: the queue is away.
  void SetAway(absl::Status status);
  // As if Redis had come back from before the job was submitted.
  void Lose(const std::string& build_id);
  void SetWeight(const std::string& tenant, double weight);

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
  struct Waiter {
    int priority = 0;
    absl::Time joined;
  };
  struct Job {
    JobView view;
    std::string request_id;
    std::map<std::string, Waiter> waiters;
    std::set<std::string> needs;
    std::set<std::string> kids;
    int64_t token = 0;
    int failed = 0;
    std::string charged;
    absl::Time claimed = absl::InfinitePast();
    absl::Time lease_end = absl::InfinitePast();
    absl::Time expires = absl::InfiniteFuture();  // queue TTL
    absl::Time claimable = absl::InfinitePast();  // of an ending job
    std::optional<ForcedEnd> end;
  };
  struct Executor {
    ExecutorInfo info;
    absl::Duration lease;
    bool drain = false;
  };

  absl::Status CheckNeeds(const std::vector<JobSpec>& jobs) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  SubmitOutcome SubmitJob(const SubmitRequest& request, const JobSpec& spec)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // It, or what it waits for, is being stopped.
  bool IsDoomed(const Job& job) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CreateJob(const SubmitRequest& request, const JobSpec& spec)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Waits for its needs, or is ready, or shares the fate of one that failed.
  void Await(Job& job, const std::vector<std::string>& needs, JobState state)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LeaveState(Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeReady(Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(Job& job, ForcedEnd end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Blame(Job& kid, const Job& cause) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void BackToWork(Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CancelUnneeded(Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReleaseKids(Job& parent) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Ring(const std::string& pool) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RingAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Finish(Job& job, const std::string& outcome) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Reap(Job& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether `tenant` has a ready job in `pool`, and its first.
  Job* FirstReady(const std::string& pool, const std::string& tenant)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Job* NextJob(const ClaimRequest& request, std::string& tenant)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ClaimedJob Activate(Job& job, const ClaimRequest& request, const std::string& tenant)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ClaimedJob Describe(const Job& job) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  JobView View(const Job& job) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The job whose newest lease this is; FAILED_PRECONDITION otherwise.
  absl::StatusOr<Job*> Held(const Lease& lease) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsAlive(const Executor& executor) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock* const clock_;
  const MemoryJobQueueOptions options_;
  Mutex mutex_;
  CondVar rung_;
  absl::Status away_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Job> jobs_ ABSL_GUARDED_BY(mutex_);            // by job ID
  std::map<std::string, std::string> builds_ ABSL_GUARDED_BY(mutex_);  // build ID → job ID
  std::map<std::string, Lease> nonces_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, FairShare> pools_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Executor> executors_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> bells_ ABSL_GUARDED_BY(mutex_);  // hints not yet taken, by pool
};

}  // namespace lif
