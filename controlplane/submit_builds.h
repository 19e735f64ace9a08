// The use case behind SubmitBuilds: from manifest IDs and platforms to records or jobs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/plan/layer_index.h"
#include "common/queue/job_queue.h"
#include "common/records/layer_ledger.h"
#include "common/records/record_store.h"
#include "controlplane/manifest_cache.h"
#include "controlplane/rerun_policy.h"

namespace lif {

struct SubmitBuildsInput {
  struct Item {
    std::string manifest_id;
    std::vector<std::string> platforms;  // empty: all that the manifest offers
  };
  std::vector<Item> builds;
  int priority = 0;
  RerunPolicy rerun = RerunPolicy::kDefault;
  std::string tenant;                                   // "" for "default"
  std::string request_id;                               // ULID; "" to choose one
  absl::Duration queue_ttl = absl::InfiniteDuration();  // what has not begun by then is cancelled
  bool reject_unschedulable = false;
  bool validate_only = false;
  std::string traceparent;  // W3C Trace Context, or ""
};

enum class SubmitAnswer { kReused, kJoined, kQueued, kInvalid };

struct SubmittedBuild {
  std::string manifest_id;
  std::string platform;
  SubmitAnswer answer = SubmitAnswer::kInvalid;
  std::string build_id;
  std::string build_key;
  int64_t generation = 0;
  std::string pool;
  std::string reason;
  std::string invalid_code;        // UPPER_SNAKE_CASE, of kInvalid
  std::optional<Outcome> outcome;  // of kReused
  absl::Duration saved;            // of kReused: what the build took whose record answers
};

struct SubmitBuildsOutput {
  std::string request_id;
  std::vector<SubmittedBuild> builds;  // each item's platforms, in the order asked
  std::vector<std::string> warnings;
};

struct SubmitLimits {
  size_t max_builds = 10'000;  // manifest × platform of one request
  size_t max_platforms = 8;    // of one item
};

// Thread-safe. What records don't answer is planned (common/plan): each layer that several
// manifests have, or that is stable, becomes a job of its own, submitted before the images that
// stand on it. Idempotent: jobs are named by key and generation, so a repeated or a racing submit
// meets the first one's jobs.
class SubmitBuilds {
 public:
  struct Seams {
    ManifestCache& manifests;
    RecordReader& records;
    JobQueue& queue;
    LayerIndex& layers;
    LayerLedgerReader& ledger;
    Clock& clock;
  };
  explicit SubmitBuilds(Seams seams, SubmitLimits limits = {}) : seams_(seams), limits_(limits) {}

  // `cancelled` is asked between steps. Errors: INVALID_ARGUMENT with a violation for each field,
  // UNAVAILABLE when a store is away (what is queued by then is joined when it is submitted again),
  // RESOURCE_EXHAUSTED when the queue is full, CANCELLED.
  absl::StatusOr<SubmitBuildsOutput> Run(const SubmitBuildsInput& input,
                                         const std::function<bool()>& cancelled) const;

 private:
  Seams seams_;
  SubmitLimits limits_;
};

}  // namespace lif
