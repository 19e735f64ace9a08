// Stitches the fragments of the layers that are built into a Dockerfile, on what there is below.
#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "executor/stage.h"

namespace lif {

StageResult RenderStage(const StageContext& context) {
  BuildRun& run = context.run;
  auto rendered =
      RenderJobDockerfile(run.manifest, {run.platform, context.services.identity.recipe},
                          {.below = run.below, .image = run.ground, .top = run.top});
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
