// What is asked of the planner, and the plan that it answers (design.md §6). Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "common/base/platform.h"
#include "common/plan/chain.h"
#include "common/queue/job.h"
#include "common/records/layer_ledger.h"
#include "common/records/record.h"

namespace lif {

class SharedLayers;

// ---- asked ----

// One manifest on one platform, once the rerun policy has looked at its records.
struct BuildToPlan {
  std::string manifest_id;
  Platform platform;
  std::string build_key;               // 64 hex
  std::vector<std::string> requires_;  // capabilities, as BuildIdentity has them
  Chain chain;
  // The record that answers; such a build makes no job.
  std::string reused_build_id;  // "" for none
  int64_t generation = 1;       // that is to run when nothing answers
  std::string reason;           // of the rerun policy, one sentence
  // What the build is compared with to say what changed; nullptr for nothing. Must live as long as
  // the call.
  const Chain* last = nullptr;
};

// A job of the queue that has not ended.
struct LiveJob {
  int64_t generation = 1;
  std::string build_id;
  bool stopping = false;  // it will bring no verdict: the next generation is to be run
};

// Generations that can't be used again.
struct SpentGenerations {
  int64_t newest = 0;  // this one and those before
  std::string reason;  // "its digest is gone from the registry", "build 01… failed"
};

// All platforms of a manifest whose images one index joins.
struct IndexToPlan {
  std::string manifest_id;
  // Every platform that the manifest offers → "sha256:<hex>" of its compatible image, or "" when it
  // has none yet.
  std::map<Platform, std::string> images;
};

struct PlanInput {
  // Builds of one key are one job; they must not ask for different generations.
  std::vector<BuildToPlan> builds;
  std::vector<IndexToPlan> indexes;
  // Of the whole published catalog, and no older than the manifests that `builds` were read from.
  const SharedLayers* shared = nullptr;
  // By layer key: the newest generation in the ledger of each layer that is (at least) a cut.
  std::unordered_map<std::string, LedgerLayer> ledger;
  // By key of layer, build or index. A job whose generation is not in the ledger or records.
  std::unordered_map<std::string, LiveJob> live;
  std::unordered_map<std::string, SpentGenerations> spent;
  // By index key: the build that made it.
  std::unordered_map<std::string, std::string> made_indexes;
};

// ---- answered ----

// A job that the plan needs: new, or one that others have submitted already. Both are submitted, so
// that who asks waits for each job that its builds need.
struct PlannedJob {
  // All but build ID and traceparent, which the submitter proposes. It follows from the key, the
  // catalog and what ledger, queue and spent generations hold: not from what else is asked for. A
  // layer job names the least manifest ID of the catalog that has the layer.
  JobSpec spec;
  LayerUse use = LayerUse::kBuilt;  // kBuilt: is to be made; kJoined: is there
  std::string reason;
  // What it builds: positions in the chain of spec.manifest_id (1 is the layer on the base), both
  // inclusive. An image job whose layers are all layer jobs has first > last.
  int first = 0;
  int last = 0;
  // Layer key that it stands on; "" for the base.
  std::string below;
};

// What becomes of one layer of a build's chain.
struct PlannedLayer {
  int position = 0;  // 1 is the layer on the base
  std::string key;
  std::string module_ref;
  Slot slot = Slot::kCore;
  bool cut = false;                 // has a job and a ledger row of its own
  LayerUse use = LayerUse::kBuilt;  // kBuilt: is to be built, by `job_id`
  std::string job_id;               // that builds it: a layer job or the image job; "" when reused
  // Of the ledger's row that is stood on, or of the job. 0 for what lies below such a row (its
  // lineage tells) and for a layer that is no cut.
  int64_t generation = 0;
  absl::Duration duration = absl::ZeroDuration();  // that the ledger has for it; zero: not known
  std::string reason;
};

struct PlannedBuild {
  std::string manifest_id;
  Platform platform;
  std::string build_key;
  LayerUse use = LayerUse::kBuilt;
  std::string job_id;  // "" when reused
  int64_t generation = 0;
  std::string build_id;  // of the record or of the live job; "" when it is to be built
  std::string reason;
  std::vector<PlannedLayer> layers;  // bottom first; empty when reused
};

struct PlannedIndex {
  std::string manifest_id;
  LayerUse use = LayerUse::kBuilt;
  // "" when reused, or when its images are not all there yet: who makes the last one opens the job.
  std::string job_id;
  std::vector<std::string> after;  // image jobs of this plan that it waits for, ascending
  std::string reason;
};

struct Plan {
  std::vector<PlannedJob> jobs;      // parents first: layers from the base up, images, indexes
  std::vector<PlannedBuild> builds;  // in the order asked
  std::vector<PlannedIndex> indexes;
};

}  // namespace lif
