// Which module, argument or base makes a layer's key differ from the last one's. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/plan/chain.h"

namespace lif {

// One reason for each layer of `now`: "" when `last` has the layer, else what changed in it ("core
// module python3 changed 1.0.0 → 1.1.0") or below it ("stands on a change: …"). `last` may come
// from a record and know neither arguments nor layer digests.
std::vector<std::string> ExplainChanges(const Chain& now, const Chain& last);

}  // namespace lif
