// From what a submit names to build keys: the first half of SubmitBuilds.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/plan/catalog_outlines.h"
#include "common/plan/plan.h"
#include "controlplane/manifest_cache.h"
#include "controlplane/submit_builds.h"

namespace lif {

// One build key of a request, and the answers that stand for it.
struct SubmitUnit {
  std::string key;  // build key
  std::string manifest_id;
  std::string platform;
  const BuildOutline* outline = nullptr;  // in SubmitExpansion::outlines
  std::string layer_pool;                 // of its layers
  std::vector<size_t> answers;  // indexes into the builds; several when it is asked for twice
  int64_t generation = 1;
  std::string reason;
};

struct SubmitExpansion {
  std::vector<SubmittedBuild> builds;  // in the order asked; what is invalid is answered already
  std::vector<SubmitUnit> units;       // each key once, in the order asked
  std::shared_ptr<const CatalogOutlines> outlines;
};

// Manifests are known to `layers`; what it does not know is asked for, and `manifests` says why
// that can't be had. A platform that a base gained is found when the request names it, else once
// `layers` has read it. A build that cannot be made as asked becomes an invalid answer; the status
// is that of a store that is away, or CANCELLED.
absl::StatusOr<SubmitExpansion> ExpandSubmit(const SubmitBuildsInput& input, LayerIndex& layers,
                                             ManifestCache& manifests,
                                             const std::function<bool()>& cancelled);

// With the unit's generation; its reason is not the planner's.
BuildToPlan ToPlan(const SubmitUnit& unit, const CatalogOutlines& outlines);

// CANCELLED when the client has left.
absl::Status CheckCancelled(const std::function<bool()>& cancelled);

}  // namespace lif
