// Leases, as claim.lua and lease.lua have them.
#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/utf8.h"
#include "common/queue/retry_policy.h"
#include "common/queue/submit_check.h"
#include "tests/fakes/memory_job_queue.h"

namespace lif {

MemoryJobQueue::Job* MemoryJobQueue::FirstReady(const std::string& pool,
                                                const std::string& tenant) {
  Job* first = nullptr;
  absl::Time best;
  for (auto& [id, job] : jobs_) {
    auto waiter = job.waiters.find(tenant);
    const bool ready = job.view.state == JobState::kReady && job.view.spec.pool == pool &&
                       waiter != job.waiters.end();
    if (!ready) continue;
    const absl::Time score = waiter->second.joined - waiter->second.priority * absl::Minutes(10);
    if (first != nullptr && score >= best) continue;
    first = &job;
    best = score;
  }
  return first;
}

MemoryJobQueue::Job* MemoryJobQueue::NextJob(const ClaimRequest& request, std::string& tenant) {
  for (auto& [id, job] : jobs_) {
    if (job.view.state == JobState::kEnding && job.claimable <= clock_->Now()) return &job;
  }
  auto next = pools_[request.pool].Next(absl::ToUnixMillis(clock_->Now()));
  if (!next) return nullptr;
  tenant = *next;
  return FirstReady(request.pool, tenant);
}

ClaimedJob MemoryJobQueue::Describe(const Job& job) const {
  ClaimedJob claimed;
  claimed.spec = job.view.spec;
  claimed.token = job.token;
  claimed.attempt = job.failed + 1;
  claimed.crash_count = job.view.crash_count;
  claimed.tenant = job.charged;
  claimed.lease_expiry = job.lease_end;
  claimed.submitted = job.view.submitted;
  claimed.end = job.end;
  return claimed;
}

ClaimedJob MemoryJobQueue::Activate(Job& job, const ClaimRequest& request,
                                    const std::string& tenant) {
  if (!tenant.empty()) {
    pools_[request.pool].Charge(tenant, absl::ToUnixMillis(clock_->Now()));
  }
  LeaveState(job);
  job.view.state = JobState::kActive;
  job.view.executor = request.executor_id;
  if (job.view.started == absl::InfinitePast()) job.view.started = clock_->Now();
  job.token = std::max(job.token + 1, absl::ToUnixMicros(clock_->Now()));
  job.charged = tenant;
  job.claimed = clock_->Now();
  job.lease_end = clock_->Now() + request.lease;
  if (!request.nonce.empty()) nonces_[request.nonce] = Lease{job.view.spec.job_id, job.token};
  return Describe(job);
}

absl::StatusOr<std::optional<ClaimedJob>> MemoryJobQueue::Claim(const ClaimRequest& request) {
  LIF_RETURN_IF_ERROR(CheckClaim(request));
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  auto nonce = nonces_.find(request.nonce);
  if (nonce != nonces_.end()) {
    absl::StatusOr<Job*> held = Held(nonce->second);
    if (!held.ok() || (*held)->view.state != JobState::kActive) return std::nullopt;
    return Describe(**held);
  }
  auto executor = executors_.find(request.executor_id);
  if (executor != executors_.end() && executor->second.drain) return std::nullopt;
  std::string tenant;
  Job* job = NextJob(request, tenant);
  if (job == nullptr) return std::nullopt;
  return Activate(*job, request, tenant);
}

absl::Status MemoryJobQueue::WaitForBell(const std::string& pool, absl::Duration wait) {
  const absl::Duration end = clock_->Steady() + wait;
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  // A fake clock tells nobody that it moved, so look at it every few milliseconds.
  while (bells_[pool] == 0) {
    if (clock_->Steady() >= end) return absl::OkStatus();
    rung_.WaitFor(&mutex_, absl::Milliseconds(2));
  }
  --bells_[pool];
  return absl::OkStatus();
}

absl::StatusOr<MemoryJobQueue::Job*> MemoryJobQueue::Held(const Lease& lease) {
  auto found = jobs_.find(lease.job_id);
  if (found == jobs_.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("job ", lease.job_id, " is not known to the queue any more"));
  }
  if (found->second.token != lease.token) {
    return absl::FailedPreconditionError(
        absl::StrCat("the lease of job ", lease.job_id, " was given to another executor"));
  }
  return &found->second;
}

namespace {

absl::Status NotHeld(const JobView& view) {
  return absl::FailedPreconditionError(absl::StrCat("job ", view.spec.job_id, " is ",
                                                    std::string(JobStateName(view.state)),
                                                    ", not held by this lease"));
}

}  // namespace

absl::StatusOr<HeartbeatReply> MemoryJobQueue::Heartbeat(const ExecutorInfo& executor,
                                                         const std::vector<Lease>& leases,
                                                         absl::Duration lease) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  Executor& known = executors_[executor.id];
  if (known.info.started > executor.started && IsAlive(known)) {
    return absl::AlreadyExistsError(absl::StrCat("another executor named ", executor.id,
                                                 " registered later, on host ", known.info.host,
                                                 "; give each its own --executor-id"));
  }
  known.info = executor;
  known.info.heartbeat = clock_->Now();
  known.lease = lease;
  HeartbeatReply reply;
  reply.drain = known.drain;
  for (const Lease& item : leases) {
    absl::StatusOr<Job*> held = Held(item);
    if (!held.ok() || (*held)->view.state != JobState::kActive) {
      reply.leases.push_back(LeaseAnswer::kLost);
      continue;
    }
    (*held)->lease_end = clock_->Now() + lease;
    reply.leases.push_back((*held)->view.cancel_requested ? LeaseAnswer::kCancel
                                                          : LeaseAnswer::kOk);
  }
  return reply;
}

absl::Status MemoryJobQueue::Complete(const Lease& lease, const std::string& outcome) {
  LIF_RETURN_IF_ERROR(CheckOutcome(outcome));
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  LIF_ASSIGN_OR_RETURN(Job * job, Held(lease));
  if (job->view.state == JobState::kDone) return absl::OkStatus();
  if (job->view.state != JobState::kActive) return NotHeld(job->view);
  Finish(*job, outcome);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<ClaimedJob>> MemoryJobQueue::CompleteAndClaim(
    const Lease& lease, const std::string& outcome, const ClaimRequest& next) {
  LIF_RETURN_IF_ERROR(CheckClaim(next));
  LIF_RETURN_IF_ERROR(Complete(lease, outcome));
  return Claim(next);
}

absl::Status MemoryJobQueue::Bury(const Lease& lease, const std::string& reason) {
  if (reason.empty()) return absl::InvalidArgumentError("reason: 1 to 2048 bytes");
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  LIF_ASSIGN_OR_RETURN(Job * job, Held(lease));
  if (job->view.state == JobState::kDone) return absl::OkStatus();
  if (job->view.state != JobState::kActive) return NotHeld(job->view);
  job->view.dead = true;
  job->view.last_error = TruncateUtf8(reason, 2048);
  Finish(*job, "error");
  return absl::OkStatus();
}

absl::StatusOr<FailResult> MemoryJobQueue::Fail(const Lease& lease, const JobFailure& failure) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  LIF_ASSIGN_OR_RETURN(Job * job, Held(lease));
  if (job->view.state == JobState::kDelayed) return FailResult{true, job->view.not_before};
  if (job->view.state != JobState::kActive) return NotHeld(job->view);
  job->view.last_error = TruncateUtf8(failure.message, 2048);
  const std::optional<BackoffPolicy> backoff = RetryBackoff(failure.failure);
  const bool retry = backoff && job->failed + 1 < job->view.spec.max_attempts &&
                     !job->view.cancel_requested && !job->end;
  if (!retry) return FailResult{};
  const absl::Duration delay = backoff->Delay(job->failed, 0.5) * options_.backoff_scale;
  job->failed += 1;
  LeaveState(*job);
  job->view.state = JobState::kDelayed;
  job->view.not_before = clock_->Now() + delay;
  return FailResult{true, job->view.not_before};
}

absl::Status MemoryJobQueue::Requeue(const Lease& lease) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  LIF_ASSIGN_OR_RETURN(Job * job, Held(lease));
  const JobState state = job->view.state;
  if (state == JobState::kReady || state == JobState::kEnding) return absl::OkStatus();
  if (state != JobState::kActive) return NotHeld(job->view);
  BackToWork(*job);
  return absl::OkStatus();
}

absl::Status MemoryJobQueue::Park(const Lease& lease, const std::vector<std::string>& needs) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  for (const std::string& need : needs) {
    if (need == lease.job_id || jobs_.count(need) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("needs: job ", need, " is not known; submit it first"));
    }
  }
  LIF_ASSIGN_OR_RETURN(Job * job, Held(lease));
  if (job->view.state == JobState::kParked) return absl::OkStatus();
  if (job->view.state != JobState::kActive) return NotHeld(job->view);
  if (job->view.cancel_requested || job->end) {
    BackToWork(*job);
  } else {
    Await(*job, needs, JobState::kParked);
  }
  return absl::OkStatus();
}

absl::StatusOr<ClaimedJob> MemoryJobQueue::Adopt(const Lease& lease, const std::string& executor_id,
                                                 absl::Duration duration) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  LIF_ASSIGN_OR_RETURN(Job * job, Held(lease));
  if (job->view.state == JobState::kActive) {
    job->lease_end = clock_->Now() + duration;
    return Describe(*job);
  }
  if (job->view.state != JobState::kReady || job->view.cancel_requested) {
    return NotHeld(job->view);
  }
  job->view.crash_count = std::max(0, job->view.crash_count - 1);
  return Activate(*job, {executor_id, job->view.spec.pool, "", duration},
                  job->waiters.begin()->first);
}

absl::Status MemoryJobQueue::ReportProgress(const Lease& lease, const JobProgress& progress) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  LIF_ASSIGN_OR_RETURN(Job * job, Held(lease));
  if (job->view.state != JobState::kActive) return NotHeld(job->view);
  job->view.progress = progress;
  job->view.progress.stage = TruncateUtf8(progress.stage, 256);
  job->view.progress.step_name = TruncateUtf8(progress.step_name, 256);
  return absl::OkStatus();
}

absl::Status MemoryJobQueue::Unregister(const std::string& executor_id) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  executors_.erase(executor_id);
  return absl::OkStatus();
}

}  // namespace lif
