// Takes the list of the image's software, which was made beside the tests, into the record.
#include "absl/strings/str_cat.h"
#include "executor/stage.h"

namespace lif {

std::unique_ptr<SbomTask> StartSbom(const Services& services, const BuildRun& run) {
  if (services.sbom == nullptr) return nullptr;
  SbomTask::Work work{*services.sbom, services.clock, {}, {}};
  work.request = {run.workspace.Path("image"), run.workspace.Path("sbom"), services.limits.sbom};
  work.subject = {absl::StrCat(run.record.manifest_id, "-", run.platform.Slug()),
                  run.report.image_digest, absl::FromUnixSeconds(run.manifest.base.epoch)};
  return std::make_unique<SbomTask>(std::move(work), run.lease.work_stop());
}

StageResult SbomStage(const StageContext& context, SbomTask& task) {
  BuildRun& run = context.run;
  const SbomTask::Result& result = task.Wait();
  run.own_time = result.duration;
  if (!result.argv.empty()) run.evidence.Command(result.argv);
  run.evidence.Text(result.said);
  if (!result.sbom.ok()) {
    const absl::Status& status = result.sbom.status();
    return Retryable(ClassOf(status), absl::StrCat("no SBOM of the image: ", status.message()));
  }
  run.sbom = result.sbom->text;
  run.record.packages = result.sbom->packages;
  run.evidence.Text(absl::StrCat("beside the tests, in ", absl::FormatDuration(result.duration),
                                 ": ", result.sbom->packages.size(), " packages"));
  return std::nullopt;
}

}  // namespace lif
