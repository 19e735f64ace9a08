// Submitting and reading; states and leases are in the two files beside.
#include "tests/fakes/memory_job_queue.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/queue/submit_check.h"

namespace lif {

MemoryJobQueue::MemoryJobQueue(Clock* clock, MemoryJobQueueOptions options)
    : clock_(clock), options_(options) {}

void MemoryJobQueue::SetAway(absl::Status status) {
  MutexLock lock(&mutex_);
  away_ = std::move(status);
}

void MemoryJobQueue::Lose(const std::string& build_id) {
  MutexLock lock(&mutex_);
  const auto build = builds_.find(build_id);
  if (build == builds_.end()) return;
  LeaveState(jobs_[build->second]);
  jobs_.erase(build->second);
  builds_.erase(build);
}

void MemoryJobQueue::SetWeight(const std::string& tenant, double weight) {
  MutexLock lock(&mutex_);
  for (auto& [name, pool] : pools_) pool.SetWeight(tenant, weight);
}

absl::Status MemoryJobQueue::CheckNeeds(const std::vector<JobSpec>& jobs) {
  std::set<std::string> before;
  std::map<std::string, std::string> taken;
  for (const JobSpec& job : jobs) {
    for (const std::string& need : job.needs) {
      if (before.count(need) == 0 && jobs_.count(need) == 0) {
        return absl::InvalidArgumentError(absl::StrCat(
            "needs: job ", need, " is not known; submit it first, or in the same request"));
      }
    }
    before.insert(job.job_id);
    auto found = jobs_.find(job.job_id);
    if (found != jobs_.end()) {
      const auto& waiters = found->second.waiters;
      if (waiters.size() >= static_cast<size_t>(kMaxWaiters)) {
        return absl::ResourceExhaustedError(
            absl::StrCat("job ", job.job_id, " has ", kMaxWaiters, " waiting tenants already"));
      }
      continue;
    }
    auto owner = builds_.find(job.build_id);
    auto in_request = taken.emplace(job.build_id, job.job_id).first;
    if (owner != builds_.end() || in_request->second != job.job_id) {
      return absl::InvalidArgumentError(
          absl::StrCat("build_id: ", job.build_id, " is taken by another job; propose a new one"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SubmitOutcome>> MemoryJobQueue::Submit(const SubmitRequest& request) {
  LIF_RETURN_IF_ERROR(CheckSubmit(request));
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  LIF_RETURN_IF_ERROR(CheckNeeds(request.jobs));
  std::vector<SubmitOutcome> outcomes;
  for (const JobSpec& spec : request.jobs) outcomes.push_back(SubmitJob(request, spec));
  return outcomes;
}

SubmitOutcome MemoryJobQueue::SubmitJob(const SubmitRequest& request, const JobSpec& spec) {
  auto found = jobs_.find(spec.job_id);
  if (found == jobs_.end()) {
    constexpr int64_t kRepeatDepth = 8;
    for (int64_t older = spec.generation - 1;
         spec.kind != JobKind::kLayer &&
         older >= std::max<int64_t>(1, spec.generation - kRepeatDepth);
         --older) {
      const auto made = jobs_.find(absl::StrCat(spec.key, ".", older));
      if (made == jobs_.end() || made->second.request_id != request.request_id) continue;
      return {made->first, made->second.view.spec.build_id, SubmitDisposition::kQueued};
    }
    CreateJob(request, spec);
    return {spec.job_id, spec.build_id, SubmitDisposition::kQueued};
  }
  Job& job = found->second;
  SubmitOutcome outcome{spec.job_id, job.view.spec.build_id, SubmitDisposition::kJoined};
  if (job.request_id == request.request_id) {
    outcome.disposition = SubmitDisposition::kQueued;
  } else if (job.view.state == JobState::kDone) {
    outcome.disposition = SubmitDisposition::kDone;
  } else if (IsDoomed(job)) {
    outcome.stopping = true;
  } else {
    auto [waiter, is_new] =
        job.waiters.try_emplace(request.tenant, Waiter{request.priority, clock_->Now()});
    if (is_new) job.view.tenants.push_back(request.tenant);
    waiter->second.priority = std::max(waiter->second.priority, request.priority);
    job.expires = std::max(job.expires, clock_->Now() + request.queue_ttl);
    if (job.view.state == JobState::kReady) {
      pools_[spec.pool].GetsWork(request.tenant, absl::ToUnixMillis(clock_->Now()));
    }
  }
  return outcome;
}

bool MemoryJobQueue::IsDoomed(const Job& job) const {
  if (job.view.cancel_requested || job.end) return true;
  if (job.view.state != JobState::kWaiting && job.view.state != JobState::kParked) return false;
  for (const std::string& need : job.needs) {
    const auto found = jobs_.find(need);
    if (found != jobs_.end() && IsDoomed(found->second)) return true;
  }
  return false;
}

void MemoryJobQueue::CreateJob(const SubmitRequest& request, const JobSpec& spec) {
  Job& job = jobs_[spec.job_id];
  builds_[spec.build_id] = spec.job_id;
  pools_[spec.pool];
  const std::vector<std::string> needs = spec.needs;
  job.view.spec = spec;
  job.view.spec.needs.clear();
  job.view.state = JobState::kWaiting;
  job.view.tenants = {request.tenant};
  job.view.submitted = clock_->Now();
  job.view.started = job.view.finished = job.view.not_before = absl::InfinitePast();
  job.request_id = request.request_id;
  job.waiters[request.tenant] = Waiter{request.priority, clock_->Now()};
  job.expires = clock_->Now() + request.queue_ttl;
  Await(job, needs, JobState::kWaiting);
}

JobView MemoryJobQueue::View(const Job& job) const {
  JobView view = job.view;
  view.request_id = job.request_id;
  view.crash_count = job.view.crash_count;
  view.attempt = view.started == absl::InfinitePast() ? 0 : job.failed + 1;
  view.tenant = job.charged;
  if (view.tenant.empty() && !view.tenants.empty()) view.tenant = view.tenants.front();
  bool first = true;
  for (const auto& [tenant, waiter] : job.waiters) {
    if (first || waiter.priority > view.priority) view.priority = waiter.priority;
    first = false;
  }
  if (job.end) {
    view.outcome = job.end->outcome;
    view.last_error = job.end->message;
  }
  return view;
}

absl::StatusOr<JobView> MemoryJobQueue::GetJob(const std::string& build_id) {
  LIF_ASSIGN_OR_RETURN(std::vector<std::optional<JobView>> views, GetJobs({build_id}));
  if (!views[0]) {
    return absl::NotFoundError(absl::StrCat("build ", build_id, " is not in the queue"));
  }
  return *views[0];
}

absl::StatusOr<std::vector<std::optional<JobView>>> MemoryJobQueue::GetJobs(
    const std::vector<std::string>& build_ids) {
  if (build_ids.size() > 1000) return absl::InvalidArgumentError("build_ids: at most 1000");
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  std::vector<std::optional<JobView>> views;
  for (const std::string& build_id : build_ids) {
    auto found = builds_.find(build_id);
    views.push_back(found == builds_.end() ? std::nullopt
                                           : std::optional<JobView>(View(jobs_[found->second])));
  }
  return views;
}

absl::StatusOr<std::vector<std::optional<JobView>>> MemoryJobQueue::FindJobs(
    const std::vector<std::string>& job_ids) {
  if (job_ids.size() > 1000) return absl::InvalidArgumentError("job_ids: at most 1000");
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  std::vector<std::optional<JobView>> views;
  for (const std::string& job_id : job_ids) {
    auto found = jobs_.find(job_id);
    views.push_back(found == jobs_.end() ? std::nullopt
                                         : std::optional<JobView>(View(found->second)));
  }
  return views;
}

absl::StatusOr<std::vector<JobView>> MemoryJobQueue::ListJobs(const JobFilter& filter) {
  if (filter.limit < 1 || filter.limit > 1000) {
    return absl::InvalidArgumentError("limit: write 1 to 1000");
  }
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  std::vector<JobView> views;
  for (const auto& [id, job] : jobs_) {
    JobView view = View(job);
    if (Matches(filter, view)) views.push_back(std::move(view));
  }
  std::stable_sort(views.begin(), views.end(), [](const JobView& a, const JobView& b) {
    return a.submitted != b.submitted ? a.submitted > b.submitted
                                      : a.spec.build_id > b.spec.build_id;
  });
  if (views.size() > static_cast<size_t>(filter.limit)) {
    views.resize(static_cast<size_t>(filter.limit));
  }
  return views;
}

absl::StatusOr<std::vector<PoolStats>> MemoryJobQueue::ListPools() {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  std::map<std::string, PoolStats> pools;
  for (const auto& [id, job] : jobs_) {
    PoolStats& pool = pools[job.view.spec.pool];
    switch (job.view.state) {
      case JobState::kReady:
        pool.ready += 1;
        pool.oldest_ready = std::max(pool.oldest_ready, clock_->Now() - job.view.submitted);
        break;
      case JobState::kActive:
        pool.active += 1;
        break;
      case JobState::kWaiting:
      case JobState::kParked:
        pool.waiting += 1;
        break;
      case JobState::kDelayed:
        pool.delayed += 1;
        break;
      case JobState::kEnding:
      case JobState::kDone:
        break;
    }
  }
  for (const auto& [id, executor] : executors_) {
    if (!IsAlive(executor)) continue;
    pools[executor.info.pool].executors += 1;
    pools[executor.info.pool].slots += executor.info.slots;
  }
  std::vector<PoolStats> busy;
  for (auto& [name, pool] : pools) {
    pool.pool = name;
    const int64_t work = pool.ready + pool.active + pool.waiting + pool.delayed;
    if (work > 0 || pool.executors > 0) busy.push_back(pool);
  }
  return busy;
}

bool MemoryJobQueue::IsAlive(const Executor& executor) const {
  return clock_->Now() - executor.info.heartbeat <= 3 * executor.lease;
}

absl::StatusOr<std::vector<ExecutorInfo>> MemoryJobQueue::ListExecutors() {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  std::vector<ExecutorInfo> executors;
  for (const auto& [id, executor] : executors_) {
    executors.push_back(executor.info);
    executors.back().alive = IsAlive(executor);
    executors.back().draining = executor.info.draining || executor.drain;
  }
  return executors;
}

absl::Status MemoryJobQueue::RequestDrain(const std::string& executor_id, bool drain) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  auto found = executors_.find(executor_id);
  if (found == executors_.end()) {
    return absl::NotFoundError(absl::StrCat("executor ", executor_id, " is not registered"));
  }
  found->second.drain = drain;
  return absl::OkStatus();
}

}  // namespace lif
