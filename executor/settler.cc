#include "executor/settler.h"

#include <filesystem>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/platform.h"
#include "common/base/status_macros.h"
#include "executor/error_report.h"
#include "executor/image_names.h"
#include "executor/index_opener.h"
#include "executor/layer_account.h"
#include "executor/publisher.h"
#include "executor/spool_settler.h"

namespace lif {
namespace {

// Handing back is a courtesy: the lease runs out by itself.
constexpr absl::Duration kHandBackTime = absl::Seconds(10);
constexpr absl::Duration kConfirmWait = absl::Seconds(10);
constexpr absl::Duration kTagDeadline = absl::Minutes(2);

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

// What is live is tagged, so that the tag comes first. A layer of the same generation that was
// there before counts: all that stands above it stands on that one.
absl::Status Settler::EnterLayer(const HeldLease& lease, const LedgerLayer& layer, Record* record) {
  if (services_.ledger_writer == nullptr) {
    return absl::InternalError("this executor has no layer ledger to write to");
  }
  LIF_RETURN_IF_ERROR(services_.leases.Confirm(lease, kConfirmWait));
  LIF_ASSIGN_OR_RETURN(const Platform platform, ParsePlatform(layer.platform));
  const std::string tag = LayerTag(services_.identity.registry, platform, layer.layer_key);
  const auto move = [&](const LedgerLayer& to) {
    return services_.registry.Tag(ImageOf(to), tag, kTagDeadline, lease.settle_stop());
  };
  LIF_RETURN_IF_ERROR(move(layer));
  LedgerLayer entry = layer;
  entry.token = record->token;
  absl::StatusOr<LedgerCommit> committed = services_.ledger_writer->Commit(entry);
  // It says that the layers do not fit together, not that the lease is lost.
  if (absl::IsFailedPrecondition(committed.status())) {
    return absl::InternalError(committed.status().message());
  }
  if (!committed.ok()) return committed.status();
  const LedgerLayer& standing = committed->standing;
  if (standing.diff_ids != layer.diff_ids) {
    services_.logger.Error("layer executed twice in its generation; the ledger's is used",
                           {{"layer_key", layer.layer_key},
                            {"generation", layer.generation},
                            {"build_id", layer.build_id},
                            {"standing", standing.build_id}});
    if (services_.observer != nullptr) services_.observer->LayerViolated();
  }
  if (standing.digest != layer.digest) LIF_RETURN_IF_ERROR(move(standing));
  record->tags = {tag};
  AccountForMade(standing, record);
  return absl::OkStatus();
}

absl::Status Settler::TrySettle(HeldLease& lease, const Settlement& settlement) {
  absl::StatusOr<Record> stored = StoreArtifacts(settlement);
  if (!stored.ok()) return Annotate(stored.status(), "artifacts can't be stored");
  if (lease.settle_stop().stop_requested()) return absl::AbortedError("the lease is not ours");
  if (settlement.layer.has_value()) {
    LIF_RETURN_IF_ERROR(Annotate(EnterLayer(lease, *settlement.layer, &*stored),
                                 "the layer can't be entered into the ledger"));
  }
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
  LIF_RETURN_IF_ERROR(OpenIndex(services_, record));
  lease.SetEnding(true);
  return Annotate(Complete(lease, std::string(OutcomeName(record.outcome))),
                  "the job can't be completed");
}

absl::Status Settler::Complete(const HeldLease& lease, const std::string& outcome) {
  Successor* const successor = lease.successor();
  const std::optional<ClaimRequest> next =
      successor == nullptr ? std::nullopt : successor->Request();
  if (!next.has_value()) return services_.queue.Complete(lease.lease(), outcome);
  LIF_ASSIGN_OR_RETURN(const std::optional<ClaimedJob> job,
                       services_.queue.CompleteAndClaim(lease.lease(), outcome, *next));
  if (job.has_value()) successor->Take(*job);
  return absl::OkStatus();
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

absl::Status Settler::Park(HeldLease& lease, const std::vector<std::string>& needs) {
  bool exhausted = false;
  lease.SetEnding(true);
  const absl::Status parked = RetryWhileAway(services_.clock, LimitsOf(lease), [&] {
    const absl::Status status = services_.queue.Park(lease.lease(), needs);
    exhausted = absl::IsResourceExhausted(status);
    return exhausted ? absl::OkStatus() : status;
  });
  if (exhausted) {
    lease.SetEnding(false);
    return absl::ResourceExhaustedError("its layers were lost too often");
  }
  if (!parked.ok()) GiveUp(lease, Annotate(parked, "the job can't be parked"));
  return absl::OkStatus();
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
