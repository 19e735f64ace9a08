// Builds the Dockerfile and tells a failure in the words of the module's author.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "executor/cache_refs.h"
#include "executor/layer_planner.h"
#include "executor/redactor.h"
#include "executor/source_map.h"
#include "executor/stage.h"

namespace lif {
namespace {

constexpr uint64_t kMaxSecret = 64 << 10;

struct Secrets {
  std::map<std::string, std::string> files;
  std::vector<std::string> values;
};

absl::StatusOr<Secrets> FindSecrets(const StageContext& context) {
  Secrets found;
  const std::string& directory = context.services.identity.secret_dir;
  for (const SecretRef& secret : context.run.dockerfile.secrets) {
    const std::string path = absl::StrCat(directory, "/", secret.id);
    // The catalog was checked when it was published; a path still never leaves the directory.
    const bool named = !directory.empty() && secret.id.find('/') == std::string::npos &&
                       !absl::StartsWith(secret.id, ".");
    const auto value = named ? ReadFile(path, kMaxSecret) : absl::NotFoundError("");
    if (!value.ok()) {
      return absl::NotFoundError(
          absl::StrCat("secret '", secret.id,
                       "' is not on this executor; put it into a file of that name in "
                       "the directory that --secret-dir names"));
    }
    found.files[secret.id] = path;
    found.values.push_back(*value);
  }
  return found;
}

// Which steps of each layer ran, by the stage's name in the Dockerfile.
void CountSteps(BuildRun& run) {
  std::map<std::string, RecordLayer*> by_stage;
  const size_t built = static_cast<size_t>(run.below);  // those below are not this job's
  for (size_t i = built; i < run.manifest.stack.size() && i + 1 < run.record.layers.size(); ++i) {
    by_stage[StageNameOf(run.manifest.stack[i].module)] = &run.record.layers[i + 1];
  }
  for (const StepReport& step : run.report.steps) {
    if (!step.completed) continue;
    const auto layer = by_stage.find(step.stage);
    if (layer == by_stage.end()) continue;
    step.cached ? ++layer->second->steps_cached : ++layer->second->steps_run;
    step.cached ? ++run.record.steps_cached : ++run.record.steps_run;
  }
  for (auto& [stage, layer] : by_stage) {
    layer->use =
        layer->steps_run == 0 && layer->steps_cached > 0 ? LayerUse::kReused : LayerUse::kBuilt;
    layer->built_by = run.record.build_id;
  }
}

// An engine that has a blob already fetches nothing, and one whose snapshot it has unpacks nothing.
// Sizes of what it had but unpacked are those of the image below.
void CountBytes(BuildRun& run) {
  const MovedBlobs& moved = run.report.moved;
  std::map<std::string, int64_t> sizes = moved.sizes;
  for (const OciBlob& blob : run.grounds.layers) sizes.emplace(blob.digest, blob.size);
  run.record.bytes_pulled = 0;
  run.record.bytes_unpacked = 0;
  for (const auto& [digest, bytes] : moved.pulled) run.record.bytes_pulled += bytes;
  for (const std::string& digest : moved.unpacked) run.record.bytes_unpacked += sizes[digest];
}

// Harmless to this build; others will do its work again.
void TellLostExports(const StageContext& context, const SecretRedactor& redactor) {
  for (const std::string& error : context.run.report.lost_exports) {
    context.services.logger.Warn(
        "build cache not exported",
        {{"build_id", context.run.record.build_id}, {"error", redactor.Redact(error)}});
    if (context.services.observer != nullptr) context.services.observer->CacheExportLost();
  }
}

ImageBuildRequest RequestFor(const StageContext& context, const Secrets& secrets) {
  const BuildRun& run = context.run;
  const ExecutorIdentity& identity = context.services.identity;
  ImageBuildRequest request;
  request.platform = run.platform.ToString();
  request.dockerfile = run.workspace.Path("Dockerfile");
  request.empty_context = run.workspace.Path("empty");
  request.contexts = run.contexts;
  request.secrets = secrets.files;
  if (run.top > 0) {
    // Of a layer the content counts; labels would be those of all images on it.
    request.target = StageNameOf(run.manifest.stack.at(run.top - 1).module);
  } else {
    request.labels = identity.image_labels;
  }
  request.output = run.workspace.Path("image");
  request.metadata_file = run.workspace.Path("metadata.json");
  request.epoch = run.manifest.base.epoch;
  request.network = identity.recipe.network;
  request.compression = identity.recipe.compression;
  request.deadline = context.deadline;
  if (identity.registry_cache) {
    const bool is_layer = run.top > 0;
    const int last = is_layer ? run.top : static_cast<int>(run.manifest.stack.size());
    const CacheRefs refs = CacheRefsFor(
        {absl::StrCat(identity.registry, "/", identity.cache_name), identity.recipe.trust_domain},
        run.platform, run.manifest,
        {run.below + 1, last, run.identity.chain.at(last).key, is_layer});
    request.cache_from = refs.from;
    request.cache_to = refs.to;
  }
  return request;
}

StageFailure Told(BuildRun& run, const BuildFailure& failure) {
  StageFailure told = Retryable(failure.failure, failure.message);
  if (failure.failure == FailureClass::kUser) {
    told.then = AfterFailure::kRecord;
    told.outcome = Outcome::kFailed;
  }
  const SourcePlace place = FindSource(run.dockerfile, run.manifest, failure);
  told.detail.module_ref = place.module_ref;
  told.detail.fragment_line = place.fragment_line;
  told.detail.command = failure.command;
  told.detail.exit_code = failure.exit_code;
  run.log_tail = failure.log_tail;
  return told;
}

// Where a registry is not asked for blobs, the build is what shows that one of the layer below is
// gone.
bool HasLostGround(const BuildRun& run, const BuildFailure& failure) {
  if (run.ground.empty() || failure.failure == FailureClass::kUser) return false;
  if (!absl::StrContains(failure.message, "not found")) return false;
  const auto names = [&failure](const std::string& digest) {
    return absl::StrContains(failure.message, digest);
  };
  const std::vector<OciBlob> blobs = run.grounds.Blobs();
  return names(run.ground.substr(run.ground.find('@') + 1)) ||
         std::any_of(blobs.begin(), blobs.end(), [&names](const OciBlob& blob) {
           return !blob.digest.empty() && names(blob.digest);
         });
}

// Parks the job until the layer has been built again.
StageResult ReplaceGround(const StageContext& context) {
  BuildRun& run = context.run;
  const LedgerLayer& row = run.ledger.at(run.identity.chain.at(run.below).key);
  run.Say(absl::StrCat("Layer ", row.module_ref, " is lost: ", run.ground, "\n"));
  if (context.services.observer != nullptr) context.services.observer->LayerLost();
  StageResult planned = PlanLayers(
      context, {{row.layer_key, {row.generation, "the engine could not fetch its digest"}}});
  if (planned.has_value()) return planned;
  return Retryable(FailureClass::kTransient, "the layer below was lost, and is there again");
}

}  // namespace

StageResult BuildStage(const StageContext& context) {
  BuildRun& run = context.run;
  const auto secrets = FindSecrets(context);
  if (!secrets.ok()) return Retryable(secrets.status());
  const SecretRedactor redactor(secrets->values);
  const ImageBuildObserver observer{
      .started = [&run](const std::vector<std::string>& argv) { run.evidence.Command(argv); },
      .log = [&run, &redactor](std::string_view text) { run.Say(redactor.Redact(text)); },
      .progress = [&run](const BuildProgress& progress) { run.reporter.Step(progress); },
  };
  auto report =
      context.services.builder.Build(RequestFor(context, *secrets), observer, context.stop);
  if (!report.ok()) return Retryable(report.status());
  run.report = *std::move(report);
  CountSteps(run);
  CountBytes(run);
  TellLostExports(context, redactor);
  if (run.report.failure.has_value()) {
    BuildFailure failure = *run.report.failure;
    failure.message = redactor.Redact(failure.message);
    for (std::string& line : failure.log_tail) line = redactor.Redact(line);
    if (HasLostGround(run, failure)) return ReplaceGround(context);
    return Told(run, failure);
  }
  run.evidence.Text(absl::StrCat("image digest ", run.report.image_digest));
  return std::nullopt;
}

}  // namespace lif
