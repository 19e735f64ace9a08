// Transitions between states, as states.lua, edges.lua, cancel.lua and tick.lua have them.
#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/queue/submit_check.h"
#include "tests/fakes/memory_job_queue.h"

namespace lif {
namespace {

constexpr int kBellLength = 64;
constexpr char kNobodyWaits[] = "cancelled: nobody waits for it any more";

bool Succeeded(const JobView& view) {
  return view.state == JobState::kDone && view.outcome == "compatible";
}

}  // namespace

void MemoryJobQueue::Ring(const std::string& pool) {
  int& hints = bells_[pool];
  hints = std::min(hints + 1, kBellLength);
  rung_.NotifyAll();
}

void MemoryJobQueue::RingAll() {
  for (const auto& [pool, share] : pools_) Ring(pool);
}

void MemoryJobQueue::LeaveState(Job& job) {
  const JobState state = job.view.state;
  if (state == JobState::kActive) {
    if (!job.charged.empty()) {
      pools_[job.view.spec.pool].Discharge(job.charged, absl::ToUnixMillis(job.claimed),
                                           absl::ToUnixMillis(clock_->Now()));
    }
    job.charged.clear();
    job.view.executor.clear();
    job.view.progress = {};
  }
  job.view.not_before = absl::InfinitePast();
  // So that FirstReady does not find it while tenants are looked at again.
  job.view.state = JobState::kWaiting;
  if (state != JobState::kReady) return;
  for (const auto& [tenant, waiter] : job.waiters) {
    if (FirstReady(job.view.spec.pool, tenant) == nullptr) {
      pools_[job.view.spec.pool].HasNoWork(tenant);
    }
  }
}

void MemoryJobQueue::MakeReady(Job& job) {
  LeaveState(job);
  job.view.state = JobState::kReady;
  for (const auto& [tenant, waiter] : job.waiters) {
    pools_[job.view.spec.pool].GetsWork(tenant, absl::ToUnixMillis(clock_->Now()));
  }
  Ring(job.view.spec.pool);
}

void MemoryJobQueue::End(Job& job, ForcedEnd end) {
  LeaveState(job);
  job.view.state = JobState::kEnding;
  job.end = std::move(end);
  job.claimable = clock_->Now();
  RingAll();
}

void MemoryJobQueue::Blame(Job& kid, const Job& cause) {
  kid.needs.clear();
  const JobView& view = cause.view;
  ForcedEnd end;
  end.message = absl::StrCat("it needs build ", view.spec.build_id, " (", view.spec.manifest_id,
                             "), which ended as ", view.outcome);
  const bool inherited = cause.end && !cause.end->cause_build_id.empty();
  end.cause_build_id = inherited ? cause.end->cause_build_id : view.spec.build_id;
  if (view.outcome == "failed" || view.outcome == "incompatible") {
    end.outcome = "failed";
    end.failure = FailureClass::kUser;
  } else if (view.outcome == "cancelled") {
    end.outcome = "cancelled";
    end.failure = FailureClass::kCancelled;
  } else {
    end.outcome = "error";
    end.failure = FailureClass::kInfrastructure;
  }
  End(kid, std::move(end));
}

void MemoryJobQueue::Await(Job& job, const std::vector<std::string>& needs, JobState state) {
  const Job* failed = nullptr;
  for (const std::string& need : needs) {
    Job& parent = jobs_[need];
    if (parent.view.state != JobState::kDone) {
      job.needs.insert(need);
      parent.kids.insert(job.view.spec.job_id);
    } else if (!Succeeded(parent.view) && failed == nullptr) {
      failed = &parent;
    }
  }
  if (failed != nullptr) {
    Blame(job, *failed);
  } else if (job.needs.empty()) {
    MakeReady(job);
  } else {
    LeaveState(job);
    job.view.state = state;
  }
}

void MemoryJobQueue::ReleaseKids(Job& parent) {
  for (const std::string& id : parent.kids) {
    auto found = jobs_.find(id);
    if (found == jobs_.end() || found->second.needs.erase(parent.view.spec.job_id) == 0) continue;
    Job& kid = found->second;
    const bool waits = kid.view.state == JobState::kWaiting || kid.view.state == JobState::kParked;
    if (!waits) continue;
    if (!Succeeded(parent.view)) {
      Blame(kid, parent);
    } else if (kid.needs.empty()) {
      MakeReady(kid);
    }
  }
  parent.kids.clear();
}

void MemoryJobQueue::BackToWork(Job& job) {
  if (job.end) {
    LeaveState(job);
    job.view.state = JobState::kEnding;
    const int crashes = std::min(job.view.crash_count, 10);
    job.claimable = clock_->Now() + std::min(absl::Minutes(10), absl::Seconds(crashes * crashes));
    RingAll();
  } else if (job.view.cancel_requested) {
    End(job, {"cancelled", FailureClass::kCancelled, kNobodyWaits, ""});
  } else {
    MakeReady(job);
  }
}

void MemoryJobQueue::Finish(Job& job, const std::string& outcome) {
  LeaveState(job);
  job.view.state = JobState::kDone;
  job.view.outcome = outcome;
  job.view.finished = clock_->Now();
  ReleaseKids(job);
}

bool MemoryJobQueue::Reap(Job& job) {
  job.view.crash_count += 1;
  const std::string executor = job.view.executor;
  job.view.last_error = absl::StrCat("executor ", executor, " was lost while it held the job");
  if (job.view.crash_count < kMaxCrashes || job.end || job.view.cancel_requested) {
    BackToWork(job);
    return false;
  }
  job.view.dead = true;
  End(job, {"error", FailureClass::kInfrastructure,
            absl::StrCat("each of ", kMaxCrashes, " executors that held it was lost, the last was ",
                         executor, "; see what this build does to its host, then retry it"),
            ""});
  return true;
}

void MemoryJobQueue::CancelUnneeded(Job& job) {
  std::set<std::string> needs;
  needs.swap(job.needs);
  for (const std::string& need : needs) {
    Job& parent = jobs_[need];
    parent.kids.erase(job.view.spec.job_id);
    const bool stops = parent.view.state == JobState::kDone || parent.end ||
                       parent.view.cancel_requested || !parent.kids.empty();
    if (stops) continue;
    if (parent.view.state == JobState::kActive) {
      parent.view.cancel_requested = true;
    } else {
      End(parent, {"cancelled", FailureClass::kCancelled, kNobodyWaits, ""});
      CancelUnneeded(parent);
    }
  }
}

absl::StatusOr<CancelResult> MemoryJobQueue::Cancel(const std::string& build_id,
                                                    const std::string& tenant) {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  auto found = builds_.find(build_id);
  if (found == builds_.end()) {
    return absl::NotFoundError(absl::StrCat("build ", build_id, " is not in the queue"));
  }
  Job& job = jobs_[found->second];
  if (job.view.state == JobState::kDone) return CancelResult::kEnded;
  if (job.end) {
    return job.end->outcome == "cancelled" ? CancelResult::kCancelled : CancelResult::kEnded;
  }
  const size_t others = job.waiters.size() - job.waiters.count(tenant);
  if (!tenant.empty() && others > 0) {
    job.waiters.erase(tenant);
    std::erase(job.view.tenants, tenant);
    if (FirstReady(job.view.spec.pool, tenant) == nullptr) {
      pools_[job.view.spec.pool].HasNoWork(tenant);
    }
    return CancelResult::kShared;
  }
  if (job.view.state == JobState::kActive) {
    job.view.cancel_requested = true;
    return CancelResult::kRequested;
  }
  End(job, {"cancelled", FailureClass::kCancelled, kNobodyWaits, ""});
  CancelUnneeded(job);
  return CancelResult::kCancelled;
}

absl::StatusOr<TickResult> MemoryJobQueue::Tick() {
  MutexLock lock(&mutex_);
  LIF_RETURN_IF_ERROR(away_);
  TickResult result;
  const absl::Time now = clock_->Now();
  std::vector<std::string> old;
  for (auto& [id, job] : jobs_) {
    const JobState state = job.view.state;
    if (state == JobState::kDelayed && job.view.not_before <= now) {
      MakeReady(job);
      ++result.promoted;
    } else if (state == JobState::kActive && job.lease_end <= now) {
      ++result.reaped;
      result.dead_lettered += Reap(job) ? 1 : 0;
    } else if ((state == JobState::kReady || state == JobState::kWaiting) &&
               job.view.started == absl::InfinitePast() && job.expires <= now) {
      End(job,
          {"cancelled", FailureClass::kCancelled, "it did not begin within its queue TTL", ""});
      CancelUnneeded(job);
      ++result.expired;
    } else if (state == JobState::kDone && !job.view.dead &&
               job.view.finished + options_.retention <= now) {
      old.push_back(id);
    }
  }
  for (const std::string& id : old) {
    builds_.erase(jobs_[id].view.spec.build_id);
    jobs_.erase(id);
    ++result.removed;
  }
  return result;
}

}  // namespace lif
