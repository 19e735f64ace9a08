// An operator's side of MemoryJobQueue.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "common/queue/queue_admin.h"
#include "tests/fakes/memory_job_queue.h"

namespace lif {

// Thread-safe. `queue` must outlive it.
class MemoryQueueAdmin final : public QueueAdmin {
 public:
  explicit MemoryQueueAdmin(MemoryJobQueue& queue) : queue_(queue) {}

  // What the next checks of the queue find.
  void SetViolations(std::vector<QueueViolation> violations);

  // The queue came back from an older state.
  void SetRolledBack(absl::Time when);

  absl::StatusOr<std::vector<DeadLetter>> ListDeadLetters(const std::string& pool,
                                                          int limit) override;
  absl::StatusOr<DeadLetter> GetDeadLetter(const std::string& job_id) override;
  absl::Status DropDeadLetter(const std::string& job_id) override;
  absl::StatusOr<QueueTotals> CountTotals() override;
  absl::Status SetTenantPolicy(const std::string& tenant, const TenantPolicy& policy) override;
  absl::StatusOr<TenantUsage> GetTenantUsage(const std::string& tenant) override;
  absl::StatusOr<std::vector<TenantStatus>> ListTenants(int limit) override;
  absl::StatusOr<QueueCheck> CheckQueue(int limit) override;
  absl::StatusOr<WaitReason> Explain(const std::string& build_id) override;

 private:
  MemoryJobQueue& queue_;
  Mutex mutex_;
  std::set<std::string> dropped_ ABSL_GUARDED_BY(mutex_);  // job IDs
  std::map<std::string, TenantPolicy> policies_ ABSL_GUARDED_BY(mutex_);
  std::vector<QueueViolation> violations_ ABSL_GUARDED_BY(mutex_);
  absl::Time rolled_back_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace lif
