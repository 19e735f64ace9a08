// Re-reads everything that the job stands for. The queue's payload carries IDs only, and is not
// believed: keys, pool and arguments are computed again from the published catalog.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/plan/pool.h"
#include "executor/retry.h"
#include "executor/stage.h"

namespace lif {
namespace {

StageFailure Bury(std::string reason) {
  return Final(AfterFailure::kBury, std::move(reason));
}

// What a job of this executor must look like; "" when it does.
std::string WrongWith(const JobSpec& spec, const ExecutorIdentity& identity) {
  if (spec.job_id != absl::StrCat(spec.key, ".", spec.generation)) {
    return absl::StrCat("the job's ID ", spec.job_id, " is not its key and generation");
  }
  if (spec.platform != identity.platform) {
    return absl::StrCat("the job is for ", spec.platform, ", this executor builds ",
                        identity.platform);
  }
  return "";
}

void FillLayers(const StageContext& context) {
  BuildRun& run = context.run;
  run.record.layers.clear();
  for (size_t i = 0; i < run.identity.chain.size(); ++i) {
    RecordLayer layer;
    layer.position = static_cast<int>(i);
    layer.layer_key = run.identity.chain[i].key;
    layer.module_ref = run.identity.chain[i].module_ref;
    layer.slot = i == 0 ? "base" : std::string(SlotName(run.manifest.stack[i - 1].module.slot));
    layer.use = i == 0 ? LayerUse::kReused : LayerUse::kBuilt;
    run.record.layers.push_back(std::move(layer));
    if (run.top > 0 && static_cast<int>(i) == run.top) break;
  }
  run.record.base_image = run.identity.base_image;
}

// Of the layer with this key: 1 is the one on the base; 0 when the manifest has none.
int PositionOf(const BuildIdentity& identity, const std::string& key) {
  for (size_t i = 1; i < identity.chain.size(); ++i) {
    if (identity.chain[i].key == key) return static_cast<int>(i);
  }
  return 0;
}

// A key of the other network mode is the sign of an executor that is configured unlike its control
// plane: another executor may do better, and the job is not to blame.
bool HasKeyOfOtherNetwork(const BuildRun& run, Recipe recipe) {
  recipe.network = recipe.network == "host" ? "default" : "host";
  const auto other = ComputeIdentity(run.manifest, run.platform, recipe);
  return other.ok() &&
         (other->build_key == run.job.spec.key || PositionOf(*other, run.job.spec.key) > 0);
}

// A layer job names a manifest that has the layer; which one does not matter.
bool IsOfManifest(const BuildRun& run) {
  return run.job.spec.kind == JobKind::kLayer ? run.top > 0
                                              : run.identity.build_key == run.job.spec.key;
}

std::string KeysOf(const BuildRun& run) {
  if (run.job.spec.kind == JobKind::kImage) return run.identity.build_key;
  std::vector<std::string> keys;
  for (size_t i = 1; i < run.identity.chain.size(); ++i) keys.push_back(run.identity.chain[i].key);
  return absl::StrJoin(keys, ", ");
}

// Layers need no capability: they are built in the platform's own pool.
StageResult CheckPlace(const BuildRun& run, const ExecutorIdentity& identity) {
  const bool layer = run.job.spec.kind == JobKind::kLayer;
  const std::vector<std::string> needed =
      layer ? std::vector<std::string>() : run.identity.requires_;
  const std::string pool = PoolFor(run.platform, needed);
  if (pool != run.job.spec.pool) {
    return Bury(
        absl::StrCat("the job came through pool ", run.job.spec.pool, ", but needs pool ", pool));
  }
  for (const std::string& capability : needed) {
    const auto& mine = identity.capabilities;
    if (std::find(mine.begin(), mine.end(), capability) == mine.end()) {
      return Bury(absl::StrCat("the manifest requires ", capability, ", executor ", identity.id,
                               " offers ", mine.empty() ? "none" : absl::StrJoin(mine, ", ")));
    }
  }
  return std::nullopt;
}

StageResult CheckIdentity(const StageContext& context) {
  BuildRun& run = context.run;
  const ExecutorIdentity& identity = context.services.identity;
  auto computed = ComputeIdentity(run.manifest, run.platform, identity.recipe);
  if (!computed.ok()) return Bury(std::string(computed.status().message()));
  run.identity = *std::move(computed);
  if (run.job.spec.kind == JobKind::kLayer) {
    run.top = PositionOf(run.identity, run.job.spec.key);
  }
  if (!IsOfManifest(run) && HasKeyOfOtherNetwork(run, identity.recipe)) {
    return Retryable(
        FailureClass::kInfrastructure,
        absl::StrCat("executor ", identity.id, " builds with --network=", identity.recipe.network,
                     ", unlike its control plane; set both alike"));
  }
  if (!IsOfManifest(run)) {
    return Bury(absl::StrCat(
        "the job says ", run.job.spec.kind == JobKind::kLayer ? "layer" : "build", " key ",
        run.job.spec.key, ", but manifest ", run.job.spec.manifest_id, " on ",
        run.job.spec.platform, " has ", KeysOf(run),
        " here: the queue's entry is corrupt, or control plane and executor disagree on "
        "--engine-id or --trust-domain"));
  }
  return CheckPlace(run, identity);
}

// Whoever crashed after a commit left the rest to us. By key and generation, as the store's
// uniqueness has it: a queue that lost its memory hands out another build ID.
absl::Status FindRecord(const StageContext& context) {
  BuildRun& run = context.run;
  auto found = context.services.records.GetRecordOf(run.job.spec.key, run.job.spec.generation);
  if (absl::IsNotFound(found.status())) return absl::OkStatus();
  if (!found.ok()) return found.status();
  // Another manifest's: the entry of the queue is wrong, which the check of identity tells.
  if (found->manifest_id != run.job.spec.manifest_id || found->kind != run.job.spec.kind) {
    return absl::OkStatus();
  }
  run.recorded = *std::move(found);
  return absl::OkStatus();
}

absl::Status ReadManifest(const StageContext& context) {
  LIF_ASSIGN_OR_RETURN(context.run.manifest,
                       context.services.catalog.GetManifest(context.run.job.spec.manifest_id));
  return absl::OkStatus();
}

}  // namespace

StageResult PrepareStage(const StageContext& context) {
  BuildRun& run = context.run;
  const std::string wrong = WrongWith(run.job.spec, context.services.identity);
  if (!wrong.empty()) return Bury(wrong);
  const auto platform = ParsePlatform(run.job.spec.platform);
  if (!platform.ok()) return Bury(std::string(platform.status().message()));
  run.platform = *platform;

  const RetryLimits limits{context.services.limits.settle, context.stop};
  const absl::Status looked =
      RetryWhileAway(context.services.clock, limits, [&context] { return FindRecord(context); });
  if (!looked.ok()) return Retryable(looked);
  if (run.recorded.has_value()) return std::nullopt;
  const absl::Status read =
      RetryWhileAway(context.services.clock, limits, [&context] { return ReadManifest(context); });
  if (absl::IsNotFound(read)) return Bury(std::string(read.message()));
  if (!read.ok()) return Retryable(read);
  const StageResult mismatch = CheckIdentity(context);
  if (mismatch.has_value()) return mismatch;
  FillLayers(context);
  run.evidence.Text(absl::StrCat("base       ", run.identity.base_image));
  for (const RecordLayer& layer : run.record.layers) {
    run.evidence.Text(absl::StrCat("layer ", layer.position, "    ", layer.slot, " ",
                                   layer.module_ref, " ", layer.layer_key));
  }
  return std::nullopt;
}

}  // namespace lif
