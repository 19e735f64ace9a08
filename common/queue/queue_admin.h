// What operators do with the queue. Implementation: RedisQueueAdmin.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/queue/job.h"

namespace lif {

struct DeadLetter {
  JobView job;
  absl::Time died;
  std::string reason;  // and what to do
};

struct QueueTotals {
  int64_t dead_letters = 0;
  int64_t awaiting_record = 0;  // ended without an executor; their records are to be written
  // Times that the queue came back older than what it had acknowledged, as far as its data and its
  // clients remember; the newest of them, and how many calls it forgot.
  int64_t rollbacks = 0;
  absl::Time rolled_back = absl::InfinitePast();
  int64_t writes_lost = 0;
};

// A limit of 0 is none.
struct TenantPolicy {
  double weight = 1;        // 0.01 … 100: its share of slots beside others
  int64_t max_queued = 0;   // jobs not done that it waits for; more are RESOURCE_EXHAUSTED
  int64_t max_running = 0;  // jobs that run on its account; more wait
};

struct TenantUsage {
  TenantPolicy policy;
  int64_t queued = 0;  // not done, the running ones among them
  int64_t running = 0;
};

// What a tenant has in one pool.
struct TenantShare {
  int64_t ready = 0;  // a shared job counts for each tenant that waits for it
  int64_t running = 0;
};

struct TenantStatus {
  std::string tenant;
  TenantUsage usage;
  std::map<std::string, TenantShare> pools;  // where it has some; of the first 50 pools
};

struct QueueViolation {
  std::string invariant;  // "indexed-by-state", "ready-set", "need-exists", …
  std::string job_id;     // "" when it is not about one
  std::string detail;
};

struct QueueCheck {
  int64_t jobs_checked = 0;
  int64_t violation_count = 0;
  std::vector<QueueViolation> violations;  // the first ones
};

struct WaitReason {
  std::string text;    // for people; "" when it does not wait
  int64_t ahead = -1;  // ready jobs of its tenant that come before it; -1 when it is not ready
};

// Thread-safe; blocks on I/O with a deadline. Errors as JobQueue's.
class QueueAdmin {
 public:
  virtual ~QueueAdmin() = default;
  // Newest first; `pool` "" for all; 1..1000.
  virtual absl::StatusOr<std::vector<DeadLetter>> ListDeadLetters(const std::string& pool,
                                                                  int limit) = 0;
  // NOT_FOUND when the job is no dead letter.
  virtual absl::StatusOr<DeadLetter> GetDeadLetter(const std::string& job_id) = 0;
  // It has been seen. To run its build again, submit the next generation. NOT_FOUND.
  virtual absl::Status DropDeadLetter(const std::string& job_id) = 0;
  virtual absl::StatusOr<QueueTotals> CountTotals() = 0;
  virtual absl::Status SetTenantPolicy(const std::string& tenant, const TenantPolicy& policy) = 0;
  virtual absl::StatusOr<TenantUsage> GetTenantUsage(const std::string& tenant) = 0;
  // Those with jobs that are not done, or with a policy, by name; at most `limit`, 1..1000.
  virtual absl::StatusOr<std::vector<TenantStatus>> ListTenants(int limit) = 0;
  // Every invariant, on the live factory; changes nothing. Lists at most `limit` violations.
  virtual absl::StatusOr<QueueCheck> CheckQueue(int limit) = 0;
  // Why a build is not running. NOT_FOUND when the queue does not know it.
  virtual absl::StatusOr<WaitReason> Explain(const std::string& build_id) = 0;
};

}  // namespace lif
