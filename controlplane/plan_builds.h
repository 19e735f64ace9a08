// The use case behind PlanBuilds: what a submit would do and why, without doing it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/records/past_builds.h"
#include "controlplane/manifest_cache.h"
#include "controlplane/plan_estimates.h"
#include "controlplane/plan_input.h"
#include "controlplane/submit_builds.h"

namespace lif {

struct PlanBuildsInput {
  std::vector<SubmitBuildsInput::Item> builds;
  RerunPolicy rerun = RerunPolicy::kDefault;
  size_t limit = 100;  // builds and jobs that are told one by one
};

struct AnsweredLayer {
  PlannedLayer layer;
  std::string pool;                        // "" when reused
  std::optional<absl::Duration> estimate;  // of its job
};

struct AnsweredBuild {
  SubmittedBuild build;  // as SubmitBuilds would answer
  std::vector<AnsweredLayer> layers;
  std::string change;  // against the last record; "" when nothing changed or nothing is recorded
};

struct AnsweredJob {
  PlannedJob job;
  std::vector<std::string> modules;  // that it builds, bottom first
  std::optional<absl::Duration> estimate;
};

struct PlanBuildsOutput {
  std::vector<AnsweredBuild> builds;  // the first ones, in the order asked
  std::vector<AnsweredJob> jobs;      // the first ones, parents first
  size_t builds_left_out = 0;
  size_t jobs_left_out = 0;
  // Over all.
  int reused = 0;
  int joined = 0;
  int queued = 0;
  int invalid = 0;
  int layers_reused = 0;  // unique layers
  int layers_joined = 0;
  int layers_built = 0;
  PlanTimes times;
  std::vector<std::string> warnings;
};

// Thread-safe; blocks on I/O.
class PlanBuilds {
 public:
  struct Seams {
    ManifestCache& manifests;
    RecordReader& records;
    JobQueue& queue;
    LayerIndex& layers;
    LayerLedgerReader& ledger;
    PastBuildsReader& past;
  };
  // The seams must outlive it.
  explicit PlanBuilds(Seams seams, SubmitLimits limits = {}) : seams_(seams), limits_(limits) {}

  // Errors as SubmitBuilds::Run. `cancelled` is asked between steps.
  absl::StatusOr<PlanBuildsOutput> Run(const PlanBuildsInput& input,
                                       const std::function<bool()>& cancelled) const;

 private:
  Seams seams_;
  SubmitLimits limits_;
};

}  // namespace lif
