#include "executor/settler.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "executor/error_report.h"
#include "executor/publisher.h"
#include "executor/retry.h"

namespace lif {
namespace {

// Handing back is a courtesy: the lease runs out by itself.
constexpr absl::Duration kHandBackTime = absl::Seconds(10);

int64_t SizeOf(const PendingArtifact& artifact) {
  if (artifact.path.empty()) return static_cast<int64_t>(artifact.bytes.size());
  std::error_code error;
  const auto size = std::filesystem::file_size(artifact.path, error);
  return error ? 0 : static_cast<int64_t>(size);
}

}  // namespace

absl::Status Settler::StoreOne(HeldLease& lease, const PendingArtifact& artifact, Record* record) {
  std::string sha256;
  LIF_RETURN_IF_ERROR(RetryWhileAway(
      services_.clock, {services_.limits.settle, lease.settle_stop()}, [&]() -> absl::Status {
        LIF_ASSIGN_OR_RETURN(sha256, artifact.path.empty()
                                         ? services_.blobs.Put(artifact.bytes)
                                         : services_.blobs.PutFile(artifact.path));
        return absl::OkStatus();
      }));
  record->artifacts.push_back({artifact.name, artifact.media_type, sha256, SizeOf(artifact)});
  return absl::OkStatus();
}

absl::Status Settler::StoreArtifacts(HeldLease& lease, Settlement* settlement) {
  Record& record = settlement->record;
  record.artifacts.clear();
  std::string evidence;
  for (const PendingArtifact& artifact : settlement->artifacts) {
    LIF_RETURN_IF_ERROR(StoreOne(lease, artifact, &record));
    if (artifact.name == "evidence.log") evidence = record.artifacts.back().sha256;
  }
  if (record.outcome == Outcome::kCompatible) return absl::OkStatus();
  const PendingArtifact report{absl::StrCat("error-", record.build_id, ".json"), "application/json",
                               "", ErrorReportJson(record, settlement->log_tail, evidence)};
  return StoreOne(lease, report, &record);
}

// Answers the record that counts: ours, or the one that was there.
absl::StatusOr<Record> Settler::Commit(HeldLease& lease, const Record& record) {
  Record effective = record;
  LIF_RETURN_IF_ERROR(RetryWhileAway(
      services_.clock, {services_.limits.settle, lease.settle_stop()}, [&]() -> absl::Status {
        LIF_ASSIGN_OR_RETURN(const CommitResult result, services_.record_writer.Commit(record));
        if (result == CommitResult::kCommitted) {
          if (services_.observer != nullptr) services_.observer->Recorded(record);
          return absl::OkStatus();
        }
        LIF_ASSIGN_OR_RETURN(effective, services_.records.GetRecord(record.build_id));
        return absl::OkStatus();
      }));
  return effective;
}

void Settler::Settle(HeldLease& lease, Settlement settlement) {
  const absl::Status stored = StoreArtifacts(lease, &settlement);
  if (!stored.ok()) return GiveUp(lease, "artifacts can't be stored", stored);
  const absl::StatusOr<Record> record = Commit(lease, settlement.record);
  if (!record.ok()) return GiveUp(lease, "the record can't be committed", record.status());
  services_.logger.Info("build recorded", {{"build_id", record->build_id},
                                           {"outcome", OutcomeName(record->outcome)},
                                           {"class", FailureClassName(record->failure.failure)}});
  Finish(lease, *record);
}

void Settler::Finish(HeldLease& lease, const Record& record) {
  const RetryLimits limits{services_.limits.settle, lease.settle_stop()};
  const absl::Status published =
      RetryWhileAway(services_.clock, limits, [&] { return Publish(services_, lease, record); });
  if (lease.settle_stop().stop_requested() || MayPass(published)) {
    return GiveUp(lease, "the tag can't be moved", published);
  }
  if (!published.ok()) {
    // It will not get better: the record stands, the tag stays where it was.
    services_.logger.Error("tag not moved", {{"build_id", record.build_id}, {"error", published}});
  }
  lease.SetEnding(true);
  const absl::Status completed = RetryWhileAway(services_.clock, limits, [&] {
    return services_.queue.Complete(lease.lease(), std::string(OutcomeName(record.outcome)));
  });
  if (!completed.ok()) GiveUp(lease, "the job can't be completed", completed);
}

bool Settler::Fail(HeldLease& lease, const FailureDetail& detail) {
  FailResult result;
  lease.SetEnding(true);
  const absl::Status failed = RetryWhileAway(
      services_.clock, {services_.limits.settle, lease.settle_stop()}, [&]() -> absl::Status {
        LIF_ASSIGN_OR_RETURN(result,
                             services_.queue.Fail(lease.lease(), {detail.failure, detail.message}));
        return absl::OkStatus();
      });
  if (failed.ok() && services_.observer != nullptr) {
    services_.observer->AttemptFailed(detail.failure, result.will_retry);
  }
  if (!failed.ok()) {
    GiveUp(lease, "the failure can't be reported", failed);
    return true;
  }
  lease.SetEnding(result.will_retry);
  return result.will_retry;
}

void Settler::Bury(HeldLease& lease, const std::string& reason) {
  services_.logger.Error("job buried", {{"job_id", lease.lease().job_id}, {"reason", reason}});
  lease.SetEnding(true);
  const absl::Status buried =
      RetryWhileAway(services_.clock, {services_.limits.settle, lease.settle_stop()},
                     [&] { return services_.queue.Bury(lease.lease(), reason); });
  if (!buried.ok()) return GiveUp(lease, "the job can't be buried", buried);
  if (services_.observer != nullptr) services_.observer->Buried();
}

void Settler::HandBack(HeldLease& lease) {
  lease.SetEnding(true);
  const absl::Status status =
      RetryWhileAway(services_.clock, {kHandBackTime, std::stop_token()},
                     [&] { return services_.queue.Requeue(lease.lease()); });
  if (!status.ok() && !absl::IsFailedPrecondition(status)) {
    services_.logger.Warn("job not handed back; its lease will run out",
                          {{"job_id", lease.lease().job_id}, {"error", status}});
  }
}

void Settler::GiveUp(HeldLease& lease, const std::string& what, const absl::Status& status) {
  services_.logger.Warn("job not settled",
                        {{"job_id", lease.lease().job_id}, {"reason", what}, {"error", status}});
  if (absl::IsFailedPrecondition(status)) lease.Stop(StopReason::kLost);
  if (lease.reason() != StopReason::kLost) HandBack(lease);
}

}  // namespace lif
