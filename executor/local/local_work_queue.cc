#include "executor/local/local_work_queue.h"

#include <utility>

namespace lif {
namespace {

absl::Status NotHere() {
  return absl::UnimplementedError("a local build has no other jobs");
}

}  // namespace

std::string LocalWorkQueue::buried() const {
  const std::lock_guard lock(mutex_);
  return buried_;
}

absl::StatusOr<std::optional<ClaimedJob>> LocalWorkQueue::Claim(const ClaimRequest&) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(claimed_, true)) return std::nullopt;
  return job_;
}

absl::Status LocalWorkQueue::WaitForBell(const std::string&, absl::Duration) {
  return absl::OkStatus();
}

absl::StatusOr<HeartbeatReply> LocalWorkQueue::Heartbeat(const ExecutorInfo&,
                                                         const std::vector<Lease>& leases,
                                                         absl::Duration) {
  return HeartbeatReply{std::vector<LeaseAnswer>(leases.size(), LeaseAnswer::kOk), false};
}

absl::Status LocalWorkQueue::Complete(const Lease&, const std::string&) {
  return absl::OkStatus();
}

absl::StatusOr<std::optional<ClaimedJob>> LocalWorkQueue::CompleteAndClaim(const Lease&,
                                                                           const std::string&,
                                                                           const ClaimRequest&) {
  return std::nullopt;
}

absl::StatusOr<FailResult> LocalWorkQueue::Fail(const Lease&, const JobFailure&) {
  return FailResult{};
}

absl::Status LocalWorkQueue::Bury(const Lease&, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  buried_ = reason;
  return absl::OkStatus();
}

absl::Status LocalWorkQueue::Requeue(const Lease&) {
  return absl::OkStatus();
}

absl::Status LocalWorkQueue::Park(const Lease&, const std::vector<std::string>&) {
  return NotHere();
}

absl::StatusOr<ClaimedJob> LocalWorkQueue::Adopt(const Lease&, const std::string&, absl::Duration) {
  return NotHere();
}

absl::Status LocalWorkQueue::ReportProgress(const Lease&, const JobProgress& progress) {
  events_.Progress(job_.spec, progress);
  return absl::OkStatus();
}

absl::Status LocalWorkQueue::Unregister(const std::string&) {
  return absl::OkStatus();
}

}  // namespace lif
