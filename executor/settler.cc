#include "executor/settler.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "executor/error_report.h"
#include "executor/publisher.h"
#include "executor/spool_settler.h"

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

absl::Status Annotate(const absl::Status& status, const std::string& what) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(what, ": ", status.message()));
}

}  // namespace

RetryLimits Settler::LimitsOf(const HeldLease& lease) const {
  return {services_.limits.settle, lease.settle_stop()};
}

absl::Status Settler::StoreOne(const PendingArtifact& artifact, Record* record) {
  LIF_ASSIGN_OR_RETURN(const std::string sha256, artifact.path.empty()
                                                     ? services_.blobs.Put(artifact.bytes)
                                                     : services_.blobs.PutFile(artifact.path));
  record->artifacts.push_back({artifact.name, artifact.media_type, sha256, SizeOf(artifact)});
  return absl::OkStatus();
}

// Answers the record with its artifacts, and for what did not pass an error report among them.
absl::StatusOr<Record> Settler::StoreArtifacts(const Settlement& settlement) {
  Record record = settlement.record;
  record.artifacts.clear();
  std::string evidence;
  for (const PendingArtifact& artifact : settlement.artifacts) {
    LIF_RETURN_IF_ERROR(StoreOne(artifact, &record));
    if (artifact.name == "evidence.log") evidence = record.artifacts.back().sha256;
  }
  if (record.outcome == Outcome::kCompatible) return record;
  const PendingArtifact report{absl::StrCat("error-", record.build_id, ".json"), "application/json",
                               "", ErrorReportJson(record, settlement.log_tail, evidence)};
  LIF_RETURN_IF_ERROR(StoreOne(report, &record));
  return record;
}

// Answers the record that counts: ours, or the one that was there.
absl::StatusOr<Record> Settler::Commit(const Record& record) {
  LIF_ASSIGN_OR_RETURN(const CommitResult result, services_.record_writer.Commit(record));
  if (result == CommitResult::kExists) {
    return services_.records.GetRecordOf(record.build_key, record.generation);
  }
  if (services_.observer != nullptr) services_.observer->Recorded(record);
  services_.logger.Info("build recorded", {{"build_id", record.build_id},
                                           {"outcome", OutcomeName(record.outcome)},
                                           {"class", FailureClassName(record.failure.failure)}});
  return record;
}

absl::Status Settler::TrySettle(HeldLease& lease, const Settlement& settlement) {
  const absl::StatusOr<Record> stored = StoreArtifacts(settlement);
  if (!stored.ok()) return Annotate(stored.status(), "artifacts can't be stored");
  if (lease.settle_stop().stop_requested()) return absl::AbortedError("the lease is not ours");
  const absl::StatusOr<Record> record = Commit(*stored);
  if (!record.ok()) return Annotate(record.status(), "the record can't be committed");
  return TryFinish(lease, *record);
}

absl::Status Settler::TryFinish(HeldLease& lease, const Record& record) {
  const absl::Status published = Publish(services_, lease, record);
  if (lease.settle_stop().stop_requested() || MayPass(published)) {
    return Annotate(published.ok() ? absl::AbortedError("the lease is not ours") : published,
                    "the tag can't be moved");
  }
  if (!published.ok()) {
    // It will not get better: the record stands, the tag stays where it was.
    services_.logger.Error("tag not moved", {{"build_id", record.build_id}, {"error", published}});
  }
  lease.SetEnding(true);
  return Annotate(services_.queue.Complete(lease.lease(), std::string(OutcomeName(record.outcome))),
                  "the job can't be completed");
}

void Settler::Settle(HeldLease& lease, const Settlement& settlement) {
  absl::Status settled = TrySettle(lease, settlement);
  if (settled.ok()) return;
  if (MayPass(settled) && !lease.settle_stop().stop_requested()) {
    if (services_.spool != nullptr && services_.spool->Take(lease.lease(), settlement, settled)) {
      return;
    }
    settled = RetryWhileAway(services_.clock, LimitsOf(lease),
                             [&] { return TrySettle(lease, settlement); });
  }
  if (!settled.ok()) Abandon(lease, settled);
}

void Settler::Finish(HeldLease& lease, const Record& record) {
  const absl::Status finished =
      RetryWhileAway(services_.clock, LimitsOf(lease), [&] { return TryFinish(lease, record); });
  if (!finished.ok()) Abandon(lease, finished);
}

void Settler::Abandon(HeldLease& lease, const absl::Status& why) {
  const bool ours = !lease.settle_stop().stop_requested() && !absl::IsFailedPrecondition(why);
  if (!ours || MayPass(why)) return GiveUp(lease, why);
  services_.logger.Error("result can't be settled",
                         {{"job_id", lease.lease().job_id}, {"error", why}});
  FailureDetail failure;
  failure.failure = FailureClass::kInfrastructure;
  failure.message = std::string(why.message());
  if (!Fail(lease, failure)) Bury(lease, failure.message);
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
    GiveUp(lease, Annotate(failed, "the failure can't be reported"));
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
  if (!buried.ok()) return GiveUp(lease, Annotate(buried, "the job can't be buried"));
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

void Settler::GiveUp(HeldLease& lease, const absl::Status& status) {
  services_.logger.Warn("job not settled", {{"job_id", lease.lease().job_id}, {"error", status}});
  if (absl::IsFailedPrecondition(status)) lease.Stop(StopReason::kLost);
  if (lease.reason() != StopReason::kLost) HandBack(lease);
}

}  // namespace lif
