#include "tests/fakes/memory_queue_admin.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace lif {

void MemoryQueueAdmin::SetViolations(std::vector<QueueViolation> violations) {
  MutexLock lock(&mutex_);
  violations_ = std::move(violations);
}

void MemoryQueueAdmin::SetRolledBack(absl::Time when) {
  MutexLock lock(&mutex_);
  rolled_back_ = when;
}

absl::StatusOr<std::vector<DeadLetter>> MemoryQueueAdmin::ListDeadLetters(const std::string& pool,
                                                                          int limit) {
  JobFilter filter;
  filter.pool = pool;
  filter.limit = 1000;
  LIF_ASSIGN_OR_RETURN(const std::vector<JobView> jobs, queue_.ListJobs(filter));
  MutexLock lock(&mutex_);
  std::vector<DeadLetter> letters;
  for (const JobView& job : jobs) {
    if (!job.dead || dropped_.contains(job.spec.job_id)) continue;
    if (letters.size() == static_cast<size_t>(limit)) break;
    letters.push_back({job, job.finished, job.last_error});
  }
  return letters;
}

absl::StatusOr<DeadLetter> MemoryQueueAdmin::GetDeadLetter(const std::string& job_id) {
  LIF_ASSIGN_OR_RETURN(const std::vector<DeadLetter> letters, ListDeadLetters("", 1000));
  for (const DeadLetter& letter : letters) {
    if (letter.job.spec.job_id == job_id) return letter;
  }
  return absl::NotFoundError(absl::StrCat("job ", job_id, " is not a dead letter"));
}

absl::Status MemoryQueueAdmin::DropDeadLetter(const std::string& job_id) {
  LIF_RETURN_IF_ERROR(GetDeadLetter(job_id).status());
  MutexLock lock(&mutex_);
  dropped_.insert(job_id);
  return absl::OkStatus();
}

absl::StatusOr<QueueTotals> MemoryQueueAdmin::CountTotals() {
  LIF_ASSIGN_OR_RETURN(const std::vector<DeadLetter> letters, ListDeadLetters("", 1000));
  JobFilter ending;
  ending.state = JobState::kEnding;
  ending.limit = 1000;
  LIF_ASSIGN_OR_RETURN(const std::vector<JobView> jobs, queue_.ListJobs(ending));
  MutexLock lock(&mutex_);
  const int64_t rollbacks = rolled_back_ == absl::InfinitePast() ? 0 : 1;
  return QueueTotals{static_cast<int64_t>(letters.size()), static_cast<int64_t>(jobs.size()),
                     rollbacks, rolled_back_, rollbacks};
}

absl::Status MemoryQueueAdmin::SetTenantPolicy(const std::string& tenant,
                                               const TenantPolicy& policy) {
  MutexLock lock(&mutex_);
  policies_[tenant] = policy;
  queue_.SetWeight(tenant, policy.weight);
  return absl::OkStatus();
}

absl::StatusOr<TenantUsage> MemoryQueueAdmin::GetTenantUsage(const std::string& tenant) {
  JobFilter filter;
  filter.limit = 1000;
  LIF_ASSIGN_OR_RETURN(const std::vector<JobView> jobs, queue_.ListJobs(filter));
  MutexLock lock(&mutex_);
  TenantUsage usage;
  usage.policy = policies_[tenant];
  for (const JobView& job : jobs) {
    const bool waits =
        std::find(job.tenants.begin(), job.tenants.end(), tenant) != job.tenants.end();
    if (job.state == JobState::kDone || !waits) continue;
    usage.queued += 1;
    if (job.state == JobState::kActive && job.tenant == tenant) usage.running += 1;
  }
  return usage;
}

absl::StatusOr<std::vector<TenantStatus>> MemoryQueueAdmin::ListTenants(int limit) {
  JobFilter filter;
  filter.limit = 1000;
  LIF_ASSIGN_OR_RETURN(const std::vector<JobView> jobs, queue_.ListJobs(filter));
  std::map<std::string, TenantStatus> found;
  {
    MutexLock lock(&mutex_);
    for (const auto& [tenant, policy] : policies_) found[tenant].usage.policy = policy;
  }
  for (const JobView& job : jobs) {
    if (job.state == JobState::kDone) continue;
    for (const std::string& tenant : job.tenants) {
      TenantStatus& status = found[tenant];
      TenantShare& share = status.pools[job.spec.pool];
      status.usage.queued += 1;
      share.ready += job.state == JobState::kReady ? 1 : 0;
      if (job.state != JobState::kActive || job.tenant != tenant) continue;
      status.usage.running += 1;
      share.running += 1;
    }
  }
  std::vector<TenantStatus> tenants;
  for (auto& [tenant, status] : found) {
    if (tenants.size() == static_cast<size_t>(limit)) break;
    status.tenant = tenant;
    tenants.push_back(std::move(status));
  }
  return tenants;
}

absl::StatusOr<QueueCheck> MemoryQueueAdmin::CheckQueue(int limit) {
  JobFilter filter;
  filter.limit = 1000;
  LIF_ASSIGN_OR_RETURN(const std::vector<JobView> jobs, queue_.ListJobs(filter));
  MutexLock lock(&mutex_);
  QueueCheck check{static_cast<int64_t>(jobs.size()), static_cast<int64_t>(violations_.size()),
                   violations_};
  if (check.violations.size() > static_cast<size_t>(limit)) {
    check.violations.resize(static_cast<size_t>(limit));
  }
  return check;
}

absl::StatusOr<WaitReason> MemoryQueueAdmin::Explain(const std::string& build_id) {
  LIF_ASSIGN_OR_RETURN(const JobView job, queue_.GetJob(build_id));
  LIF_ASSIGN_OR_RETURN(const std::vector<ExecutorInfo> executors, queue_.ListExecutors());
  const std::string& pool = job.spec.pool;
  const bool served =
      std::any_of(executors.begin(), executors.end(), [&pool](const ExecutorInfo& executor) {
        return executor.alive && !executor.draining && executor.pool == pool;
      });
  WaitReason why;
  if (job.state == JobState::kReady && !served) {
    why.text =
        absl::StrCat("no registered executor serves pool ", pool, "; start one with --pool ", pool);
  } else if (job.state == JobState::kReady) {
    JobFilter ready;
    ready.state = JobState::kReady;
    ready.pool = pool;
    LIF_ASSIGN_OR_RETURN(const std::vector<JobView> jobs, queue_.ListJobs(ready));
    why.ahead = std::count_if(jobs.begin(), jobs.end(), [&job](const JobView& other) {
      return other.submitted < job.submitted && other.tenant == job.tenant;
    });
    why.text = absl::StrCat("behind ", why.ahead, " jobs of tenant ", job.tenant);
  } else if (job.state == JobState::kDelayed) {
    why.text = absl::StrCat("attempt ", job.attempt, " of ", job.spec.max_attempts,
                            " begins later, because attempt ", job.attempt - 1,
                            " failed: ", job.last_error);
  }
  return why;
}

}  // namespace lif
