// Stitches the manifest's fragments into the Dockerfile that is built.
#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "executor/stage.h"

namespace lif {

StageResult RenderStage(const StageContext& context) {
  BuildRun& run = context.run;
  auto rendered = RenderDockerfile(run.manifest, {run.platform, context.services.identity.recipe});
  // Rendering is pure: it fails the same way next time.
  if (!rendered.ok()) return Final(AfterFailure::kRecord, std::string(rendered.status().message()));
  run.dockerfile = *std::move(rendered);
  const absl::Status written =
      WriteFileAtomically(run.workspace.Path("Dockerfile"), run.dockerfile.text);
  if (!written.ok()) return Retryable(written);
  run.evidence.Text(run.dockerfile.text);
  return std::nullopt;
}

}  // namespace lif
