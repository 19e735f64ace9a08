// The use case behind Prewarm: builds the stable layers of many manifests ahead of need.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/catalog/catalog_reader.h"
#include "common/plan/stack_ranking.h"
#include "common/records/past_builds.h"
#include "controlplane/plan_input.h"
#include "controlplane/submit_builds.h"

namespace lif {

struct PrewarmInput {
  std::string match;                // glob on manifest IDs; "" for all
  std::string base;                 // "" for any
  std::vector<Platform> platforms;  // empty: every one that is offered
  size_t limit = 0;                 // stacks; 0: all
  std::string tenant;               // "" for "default"
  int priority = 0;
  std::string request_id;  // ULID; "" to choose one
  bool validate_only = false;
  std::string traceparent;  // W3C Trace Context, or ""
};

struct PrewarmedStack {
  RankedStack ranked;
  SubmitAnswer answer = SubmitAnswer::kReused;
  std::string job_id;    // of the topmost layer; "" when reused
  std::string build_id;  // of that job, or that made the layer; "" when only validated
  std::string image;     // repository@digest; "" unless reused
  int layers_reused = 0;
  int layers_joined = 0;
  int layers_queued = 0;
};

struct PrewarmOutput {
  std::string request_id;
  std::vector<PrewarmedStack> stacks;  // best ranked first
  size_t beyond_limit = 0;
  absl::Duration assumed_cost;  // of a layer that was never built
  std::vector<std::string> warnings;
};

// Thread-safe; blocks on I/O. Idempotent: layer jobs are named by key and generation.
class Prewarm {
 public:
  struct Seams {
    CatalogReader& catalog;
    RecordReader& records;
    JobQueue& queue;
    LayerIndex& layers;
    LayerLedgerReader& ledger;
    PastBuildsReader& past;
    Clock& clock;
  };
  // The seams must outlive it. `recipe` as of the factory's configuration.
  Prewarm(Seams seams, Recipe recipe) : seams_(seams), recipe_(std::move(recipe)) {}

  // NOT_FOUND when no manifest is named, with near matches of a base; INVALID_ARGUMENT names the
  // field; other errors as SubmitBuilds::Run.
  absl::StatusOr<PrewarmOutput> Run(const PrewarmInput& input,
                                    const std::function<bool()>& cancelled) const;

 private:
  Seams seams_;
  const Recipe recipe_;
};

}  // namespace lif
