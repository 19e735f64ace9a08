// The queue of a local build: one job, whose lease nobody can take away, and which is tried once.
#pragma once

#include <mutex>
#include <string>

#include "common/queue/build_log.h"
#include "common/queue/job_queue.h"
#include "executor/local/event_stream.h"

namespace lif {

// Thread-safe. `events` must outlive it.
class LocalWorkQueue final : public WorkQueue {
 public:
  LocalWorkQueue(const ClaimedJob& job, EventStream& events) : job_(job), events_(events) {}

  // Why the job was buried; "" when it was not.
  std::string buried() const;

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
  const ClaimedJob job_;
  EventStream& events_;
  mutable std::mutex mutex_;
  bool claimed_ = false;
  std::string buried_;
};

// BuildLog of a build that nobody follows: its log is a file beside its record. Thread-safe.
class UnreadBuildLog final : public BuildLog {
 public:
  absl::Status Append(const std::string&, int64_t, std::string_view) override {
    return absl::OkStatus();
  }
  absl::Status Seal(const std::string&, const SealedChunk&) override { return absl::OkStatus(); }
  absl::StatusOr<BuildLogView> Read(const std::string&, int64_t, int64_t) override {
    return BuildLogView{};
  }
};

}  // namespace lif
