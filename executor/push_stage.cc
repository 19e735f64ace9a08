// Uploads what was built. What is live is always tagged: an image goes up under the build's own
// tag; a layer by its digest, and its tag moves once the lease is confirmed, before the ledger
// names it. Records and ledger name both by digest.
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/registry/oci_image.h"
#include "executor/image_names.h"
#include "executor/retry.h"
#include "executor/stage.h"

namespace lif {
namespace {

// Of what the image stands on, which has most of its blobs.
std::string RepositoryBelow(const BuildRun& run) {
  const std::string& below = run.ground.empty() ? run.identity.base_image : run.ground;
  return below.substr(0, below.find('@'));
}

// The size of what the layers add to those below. What the base is made of is asked for here; a
// registry that does not tell makes the base count too.
int64_t AddedBytes(const StageContext& context, const OciImage& image) {
  BuildRun& run = context.run;
  if (run.ground.empty()) {
    auto base =
        context.services.registry.Find(run.identity.base_image, context.deadline, context.stop);
    if (base.ok()) run.grounds = *std::move(base);
  }
  std::set<std::string> below;
  for (const OciBlob& blob : run.grounds.layers) below.insert(blob.digest);
  int64_t bytes = 0;
  for (const OciBlob& blob : image.manifest.layers) {
    if (below.count(blob.digest) == 0) bytes += blob.size;
  }
  return bytes;
}

LedgerLayer LayerOf(const StageContext& context, const OciImage& image) {
  BuildRun& run = context.run;
  LedgerLayer layer;
  layer.layer_key = run.job.spec.key;
  layer.generation = run.job.spec.generation;
  layer.token = run.job.token;
  layer.build_id = run.record.build_id;
  layer.platform = run.record.platform;
  layer.module_ref = run.identity.chain.at(run.top).module_ref;
  layer.repository = LayerRepository(context.services.identity.registry);
  layer.digest = image.digest;
  layer.diff_ids = image.diff_ids;
  layer.size = AddedBytes(context, image);
  layer.duration = context.services.clock.Now() - run.record.started;
  if (run.below > 0) {
    const LedgerLayer& below = run.ledger.at(run.identity.chain.at(run.below).key);
    layer.below_key = below.layer_key;
    layer.below_generation = below.generation;
  }
  return layer;
}

}  // namespace

StageResult PushStage(const StageContext& context) {
  BuildRun& run = context.run;
  const std::string& registry = context.services.identity.registry;
  ImagePush push;
  push.oci_directory = run.workspace.Path("image");
  push.mount_from = RepositoryBelow(run);
  const auto image = ReadOciImage(push.oci_directory);
  if (!image.ok()) return Retryable(image.status());
  const std::string by_digest = run.top > 0
                                    ? absl::StrCat(LayerRepository(registry), "@", image->digest)
                                    : ImageByDigest(registry, image->digest);
  push.reference = run.top > 0 ? by_digest : BuildTag(registry, run.record.build_id);
  PushReport report;
  const absl::Status pushed = RetryWhileAway(
      context.services.clock, {context.deadline, context.stop}, [&]() -> absl::Status {
        LIF_ASSIGN_OR_RETURN(report,
                             context.services.registry.Push(push, context.deadline, context.stop));
        return absl::OkStatus();
      });
  run.evidence.Text(absl::StrCat("pushed to ", push.reference));
  if (!pushed.ok()) {
    return Retryable(absl::Status(
        pushed.code(), absl::StrCat("pushing ", push.reference, ": ", pushed.message())));
  }
  run.record.image = by_digest;
  run.record.image_size = image->manifest.Size();
  run.record.bytes_pushed = report.bytes.value_or(0);
  if (run.top > 0) run.made = LayerOf(context, *image);
  return std::nullopt;
}

}  // namespace lif
