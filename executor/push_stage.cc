// Uploads the image. What is live is always tagged, so it goes up under the build's own tag; the
// record names it by digest.
#include "absl/strings/str_cat.h"
#include "executor/image_names.h"
#include "executor/retry.h"
#include "executor/stage.h"

namespace lif {

StageResult PushStage(const StageContext& context) {
  BuildRun& run = context.run;
  const std::string& registry = context.services.identity.registry;
  const std::string reference = BuildTag(registry, run.record.build_id);
  const absl::Status pushed =
      RetryWhileAway(context.services.clock, {context.deadline, context.stop}, [&] {
        return context.services.registry.Push(run.workspace.Path("image"), reference,
                                              context.deadline, context.stop);
      });
  run.evidence.Text(absl::StrCat("pushed to ", reference));
  if (!pushed.ok()) {
    return Retryable(
        absl::Status(pushed.code(), absl::StrCat("pushing ", reference, ": ", pushed.message())));
  }
  run.record.image = ImageByDigest(registry, run.report.image_digest);
  return std::nullopt;
}

}  // namespace lif
