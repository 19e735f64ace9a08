// Operators' side of the queue in Redis; functions/admin.lua and check.lua.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/queue/queue_admin.h"
#include "common/queue/queue_functions.h"

namespace lif {

struct RedisQueueAdminOptions {
  RedisOptions redis;
  std::string factory = "lif";
  int connections = 2;
};

// Thread-safe. Does no I/O when made.
class RedisQueueAdmin final : public QueueAdmin {
 public:
  // `clock` must outlive it.
  RedisQueueAdmin(RedisQueueAdminOptions options, Clock* clock);

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
  absl::StatusOr<std::vector<JobView>> FetchJobs(const std::vector<std::string>& job_ids);

  const RedisQueueAdminOptions options_;
  RedisClient client_;
  QueueFunctions functions_;
};

}  // namespace lif
