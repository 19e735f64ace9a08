// Joins the images of all platforms of a manifest under one tag. The tag moves under its lock, once
// the lease is confirmed, and only while these images are the effective ones: what the job's key
// names is computed again there.
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/plan/planner.h"
#include "common/plan/pool.h"
#include "executor/image_names.h"
#include "executor/index_history.h"
#include "executor/index_opener.h"
#include "executor/retry.h"
#include "executor/stage.h"

namespace lif {
namespace {

constexpr absl::Duration kConfirmWait = absl::Seconds(10);
constexpr absl::Duration kLockWait = absl::Minutes(1);

// Whoever crashed after a commit left the rest to us.
absl::Status FindRecord(const StageContext& context) {
  BuildRun& run = context.run;
  auto found = context.services.records.GetRecordOf(run.job.spec.key, run.job.spec.generation);
  if (absl::IsNotFound(found.status())) return absl::OkStatus();
  if (!found.ok()) return found.status();
  if (found->kind == JobKind::kIndex && found->manifest_id == run.job.spec.manifest_id) {
    run.recorded = *std::move(found);
  }
  return absl::OkStatus();
}

// FAILED_PRECONDITION when the job's key is of images that are not effective any more,
// INVALID_ARGUMENT when it is of none.
absl::Status Join(const StageContext& context) {
  BuildRun& run = context.run;
  const Services& services = context.services;
  LIF_ASSIGN_OR_RETURN(const IndexToPlan index, ImagesToJoin(services, run.manifest));
  const JobSpec expected = IndexJobSpec(index, run.job.spec.generation);
  if (expected.key != run.job.spec.key) {
    LIF_ASSIGN_OR_RETURN(const bool earlier,
                         NamesEarlierImages(services, run.manifest, run.job.spec.key));
    if (!earlier) {
      return absl::InvalidArgumentError(
          absl::StrCat("the job's key ", run.job.spec.key, " is not of images of manifest ",
                       run.job.spec.manifest_id, ": the queue's entry is corrupt"));
    }
    return absl::FailedPreconditionError(
        absl::StrCat("its images are no longer the effective ones of manifest ",
                     run.job.spec.manifest_id, ": who completed a newer one asks for its index"));
  }
  std::vector<std::string> images;
  for (const auto& [platform, digest] : index.images) {
    images.push_back(ImageByDigest(services.identity.registry, digest));
    run.evidence.Text(absl::StrCat(platform.ToString(), " ", images.back()));
  }
  LIF_RETURN_IF_ERROR(services.leases.Confirm(run.lease, kConfirmWait));
  const std::string tag = IndexTag(services.identity.registry, run.job.spec.manifest_id);
  LIF_ASSIGN_OR_RETURN(const std::string digest,
                       services.registry.Join(images, tag, context.deadline, context.stop));
  run.record.image = ImageByDigest(services.identity.registry, digest);
  run.record.tags = {tag};
  run.Say(absl::StrCat("Index of ", images.size(), " platforms: ", tag, "@", digest, "\n"));
  return absl::OkStatus();
}

absl::Status JoinLocked(const StageContext& context) {
  const std::string tag =
      IndexTag(context.services.identity.registry, context.run.job.spec.manifest_id);
  return context.services.fleet_lock.WithLock(absl::StrCat("tag:", tag), kLockWait,
                                              [&context] { return Join(context); });
}

}  // namespace

StageResult IndexStage(const StageContext& context) {
  BuildRun& run = context.run;
  const JobSpec& spec = run.job.spec;
  const Services& services = context.services;
  if (spec.job_id != absl::StrCat(spec.key, ".", spec.generation)) {
    return Final(AfterFailure::kBury,
                 absl::StrCat("the job's ID ", spec.job_id, " is not its key and generation"));
  }
  const RetryLimits limits{services.limits.settle, context.stop};
  const absl::Status read = RetryWhileAway(services.clock, limits, [&]() -> absl::Status {
    LIF_RETURN_IF_ERROR(FindRecord(context));
    if (run.recorded.has_value()) return absl::OkStatus();
    LIF_ASSIGN_OR_RETURN(run.manifest, services.catalog.GetManifest(spec.manifest_id));
    return absl::OkStatus();
  });
  if (absl::IsNotFound(read)) return Final(AfterFailure::kBury, std::string(read.message()));
  if (!read.ok()) return Retryable(read);
  if (run.recorded.has_value()) return std::nullopt;
  const absl::Status joined =
      RetryWhileAway(services.clock, limits, [&context] { return JoinLocked(context); });
  if (joined.ok()) return std::nullopt;
  if (absl::IsInvalidArgument(joined)) {
    return Final(AfterFailure::kBury, std::string(joined.message()));
  }
  if (!absl::IsFailedPrecondition(joined)) return Retryable(joined);
  StageFailure outdated = Final(AfterFailure::kRecord, std::string(joined.message()));
  outdated.outcome = Outcome::kCancelled;
  outdated.detail.failure = FailureClass::kCancelled;
  return outdated;
}

}  // namespace lif
