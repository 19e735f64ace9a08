#include "executor/spool_settler.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/backoff.h"
#include "executor/retry.h"

namespace lif {
namespace {

constexpr BackoffPolicy kBackoff{.initial = absl::Milliseconds(300), .maximum = absl::Seconds(5)};
// For results that only a record, or a claim of ours, can bring on.
constexpr absl::Duration kSlowRest = absl::Seconds(30);
constexpr absl::Duration kLook = absl::Milliseconds(100);

double Jitter() {
  thread_local std::minstd_rand engine(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

}  // namespace

SpoolSettler::SpoolSettler(Services& services, Spool& spool, const Options& options)
    : services_(services), spool_(spool), options_(options), settler_(services) {
  services_.spool = this;
}

SpoolSettler::~SpoolSettler() {
  Stop();
}

void SpoolSettler::Start() {
  Replay();
  thread_ = std::jthread([this](std::stop_token stop) { Run(stop); });
}

void SpoolSettler::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  {
    const std::lock_guard lock(mutex_);
    wake_.request_stop();
    // What is being settled waits for no confirmation any more.
    for (const auto& waiting : waiting_) {
      if (waiting->lease != nullptr) waiting->lease->Stop(StopReason::kHandBack);
    }
  }
  thread_.join();
  const std::lock_guard lock(mutex_);
  for (const auto& waiting : waiting_) {
    if (waiting->lease != nullptr) services_.leases.Release(waiting->lease);
  }
  if (!waiting_.empty()) {
    services_.logger.Warn("results wait in the spool for the next start",
                          {{"results", waiting_.size()}});
  }
  waiting_.clear();
}

void SpoolSettler::Replay() {
  for (const std::string& build_id : spool_.List()) {
    auto entry = spool_.Load(build_id);
    if (entry.ok()) {
      services_.logger.Info(
          "result of a predecessor found in the spool",
          {{"build_id", build_id}, {"manifest_id", entry->settlement.record.manifest_id}});
      auto waiting = std::make_shared<Waiting>();
      waiting->entry = *std::move(entry);
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(waiting));
      continue;
    }
    const auto aside = spool_.SetAside(build_id);
    services_.logger.Error("damaged result in the spool; its build runs again",
                           {{"build_id", build_id},
                            {"error", entry.status()},
                            {"moved_to", aside.ok() ? *aside : aside.status().ToString()}});
  }
}

bool SpoolSettler::Take(const Lease& lease, const Settlement& settlement, const absl::Status& why) {
  auto entry = spool_.Put(lease, services_.clock.Now(), settlement);
  const std::string& build_id = settlement.record.build_id;
  if (!entry.ok()) {
    services_.logger.Warn("result not spooled; it waits in its slot",
                          {{"build_id", build_id}, {"error", entry.status()}, {"cause", why}});
    return false;
  }
  services_.logger.Warn("result waits in the spool", {{"build_id", build_id}, {"error", why}});
  auto waiting = std::make_shared<Waiting>();
  waiting->entry = *std::move(entry);
  waiting->lease = services_.leases.Hold(lease);
  waiting->told = true;
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(waiting));
  wake_.request_stop();
  return true;
}

bool SpoolSettler::Resume(const ClaimedJob& job) {
  if (job.end.has_value()) return false;
  const Lease lease{job.spec.job_id, job.token};
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&job](const auto& waiting) {
      const SpoolEntry& entry = waiting->entry;
      return waiting->lease == nullptr && entry.lease.job_id == job.spec.job_id &&
             entry.settlement.record.build_id == job.spec.build_id;
    });
    if (found == waiting_.end()) return false;
    (*found)->entry.settlement.record.token = job.token;
    (*found)->lease = services_.leases.Hold(lease);
    wake_.request_stop();
  }
  services_.logger.Info("job has its result in the spool", {{"build_id", job.spec.build_id}});
  // For the next start; without it that start would build again.
  const absl::Status written = spool_.SetLease(job.spec.build_id, lease);
  if (!written.ok()) services_.logger.Warn("spool not written", {{"error", written}});
  return true;
}

bool SpoolSettler::BlocksClaims() {
  const absl::Time since = services_.clock.Now() - options_.blocks_claims;
  const std::lock_guard lock(mutex_);
  return std::any_of(waiting_.begin(), waiting_.end(), [this, since](const auto& waiting) {
    return IsOurs(*waiting) && waiting->entry.spooled > since;
  });
}

int SpoolSettler::settling() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(waiting_.begin(), waiting_.end(),
                                        [this](const auto& waiting) { return IsOurs(*waiting); }));
}

void SpoolSettler::AwaitSettled(absl::Duration wait, std::stop_token stop) {
  const absl::Duration until = services_.clock.Steady() + wait;
  while (settling() > 0 && services_.clock.Steady() < until) {
    if (!services_.clock.Sleep(kLook, stop)) return;
  }
}

void SpoolSettler::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    std::stop_token wake;
    {
      const std::lock_guard lock(mutex_);
      wake_ = std::stop_source();
      wake = wake_.get_token();
    }
    if (stop.stop_requested()) return;
    TryAll(stop);
    services_.clock.Sleep(Rest(), wake);
  }
}

absl::Duration SpoolSettler::Rest() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return absl::InfiniteDuration();
  const bool hurry = std::any_of(waiting_.begin(), waiting_.end(),
                                 [this](const auto& waiting) { return IsOurs(*waiting); });
  return hurry ? kBackoff.Delay(failures_, Jitter()) : kSlowRest;
}

void SpoolSettler::TryAll(const std::stop_token& stop) {
  std::vector<std::shared_ptr<Waiting>> all;
  {
    const std::lock_guard lock(mutex_);
    all.assign(waiting_.begin(), waiting_.end());
  }
  ++failures_;
  for (const auto& waiting : all) {
    if (stop.stop_requested()) return;
    std::shared_ptr<HeldLease> lease;
    {
      const std::lock_guard lock(mutex_);
      lease = waiting->lease;
    }
    const Next next = Try(*waiting, lease);
    if (next == Next::kKeep) continue;
    failures_ = 0;
    End(waiting, lease, next);
  }
}

SpoolSettler::Next SpoolSettler::Try(Waiting& waiting, const std::shared_ptr<HeldLease>& lease) {
  return lease == nullptr ? TryAdopt(waiting) : SettleOnce(waiting, *lease);
}

SpoolSettler::Next SpoolSettler::TryAdopt(Waiting& waiting) {
  const Record& record = waiting.entry.settlement.record;
  if (!waiting.refused) {
    const auto job =
        services_.queue.Adopt(waiting.entry.lease, services_.identity.id, options_.lease);
    if (job.ok()) {
      const Lease lease{job->spec.job_id, job->token};
      const absl::Status written = spool_.SetLease(record.build_id, lease);
      if (!written.ok()) services_.logger.Warn("spool not written", {{"error", written}});
      std::shared_ptr<HeldLease> held = services_.leases.Hold(lease);
      {
        const std::lock_guard lock(mutex_);
        waiting.entry.settlement.record.token = lease.token;
        waiting.lease = held;
      }
      return SettleOnce(waiting, *held);
    }
    if (!absl::IsFailedPrecondition(job.status())) return Next::kKeep;
    (void)Refused(waiting, job.status());
  }
  const auto recorded = services_.records.GetRecordOf(record.build_key, record.generation);
  if (recorded.ok()) return Next::kForget;
  const bool old = services_.clock.Now() - waiting.entry.spooled > options_.keep;
  return absl::IsNotFound(recorded.status()) && old ? Next::kForget : Next::kKeep;
}

SpoolSettler::Next SpoolSettler::Refused(Waiting& waiting, const absl::Status& why) {
  services_.logger.Warn("result waits for its job, which the queue has given to another",
                        {{"build_id", waiting.entry.settlement.record.build_id}, {"error", why}});
  const std::lock_guard lock(mutex_);
  waiting.refused = true;
  return Next::kKeep;
}

SpoolSettler::Next SpoolSettler::SettleOnce(Waiting& waiting, HeldLease& lease) {
  const absl::Status settled = settler_.TrySettle(lease, waiting.entry.settlement);
  const std::string& build_id = waiting.entry.settlement.record.build_id;
  if (settled.ok()) {
    services_.logger.Info("spooled result settled", {{"build_id", build_id}});
    return Next::kForget;
  }
  if (lease.reason() == StopReason::kHandBack) return Next::kKeep;  // for the next start
  if (lease.settle_stop().stop_requested() || absl::IsFailedPrecondition(settled)) {
    {
      const std::lock_guard lock(mutex_);
      services_.leases.Release(std::exchange(waiting.lease, nullptr));
    }
    return Refused(waiting, settled);
  }
  if (!MayPass(settled)) {
    settler_.Abandon(lease, settled);
    return Next::kSetAside;
  }
  if (!waiting.told) {
    services_.logger.Warn("result waits in the spool",
                          {{"build_id", build_id}, {"error", settled}});
  }
  waiting.told = true;
  return Next::kKeep;
}

void SpoolSettler::End(const std::shared_ptr<Waiting>& waiting,
                       const std::shared_ptr<HeldLease>& tried, Next next) {
  const std::string& build_id = waiting->entry.settlement.record.build_id;
  {
    const std::lock_guard lock(mutex_);
    // Claimed by a slot of ours meanwhile: it is to be settled after all.
    if (tried == nullptr && waiting->refused && waiting->lease != nullptr) return;
    if (waiting->lease != nullptr) services_.leases.Release(waiting->lease);
    waiting_.remove(waiting);
  }
  absl::Status gone;
  if (next == Next::kSetAside) {
    gone = spool_.SetAside(build_id).status();
  } else {
    services_.logger.Info("spool entry ended", {{"build_id", build_id}});
    gone = spool_.Remove(build_id);
  }
  if (!gone.ok()) services_.logger.Warn("spool entry not removed", {{"error", gone}});
}

}  // namespace lif
