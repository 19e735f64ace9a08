// From what a submit names to build keys: the first half of SubmitBuilds.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controlplane/layer_table.h"
#include "controlplane/manifest_cache.h"
#include "controlplane/submit_builds.h"

namespace lif {

// One build key of a request, and the answers that stand for it.
struct SubmitUnit {
  std::string key;  // build key
  std::string manifest_id;
  std::string platform;
  Platform platform_value;
  std::vector<std::string> requires_;
  ChainRef chain;               // in SubmitExpansion::layers
  std::string pool;             // of its image
  std::string layer_pool;       // of its layers
  std::vector<size_t> answers;  // indexes into the builds; several when it is asked for twice
  int64_t generation = 1;
  std::string reason;
};

struct SubmitExpansion {
  std::vector<SubmittedBuild> builds;  // in the order asked; what is invalid is answered already
  std::vector<SubmitUnit> units;       // each key once, in the order asked
  LayerTable layers;
};

// Each manifest is read once, in batches that are dropped once their keys are known: the memory of
// a large request is that of its answers. A build that cannot be made as asked becomes an invalid
// answer; the status is that of a store that is away, or CANCELLED.
absl::StatusOr<SubmitExpansion> ExpandSubmit(const SubmitBuildsInput& input,
                                             ManifestCache& manifests,
                                             const std::function<bool()>& cancelled);

// CANCELLED when the client has left.
absl::Status CheckCancelled(const std::function<bool()>& cancelled);

}  // namespace lif
