// A manifest's layers on one platform, as the planner looks at them: identity and what a reason for
// a rebuild is told in. A few hundred bytes a layer, so that a request of thousands of builds can
// be planned without its manifests in memory.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/catalog/digests.h"
#include "common/catalog/model.h"

namespace lif {

struct ChainLayer {
  std::string key;           // layer key, 64 hex
  std::string layer_digest;  // of the module as used; "" when not known (a chain from a record)
  std::string module_ref;    // name@version
  Slot slot = Slot::kCore;
  bool stable = false;                      // the template says so of its slot
  std::map<std::string, std::string> args;  // as resolved
};

struct Chain {
  std::string base;                // name of the base
  std::string base_image;          // repository@digest of the platform
  std::string recipe_digest;       // 64 hex
  std::vector<ChainLayer> layers;  // bottom first; the base is none of them
};

// `identity` must be that of `manifest` (ComputeIdentity): one layer key for each module and one
// for the base.
Chain ChainOf(const ResolvedManifest& manifest, const BuildIdentity& identity);

}  // namespace lif
