// Where build caches lie in the registry. Pure.
//
// They save instructions; identity never rests on them. Never shared between architectures or trust
// domains: both are in the tag.
#pragma once

#include <string>
#include <vector>

#include "common/catalog/model.h"

namespace lif {

struct CacheRefs {
  std::vector<std::string> from;  // nearest first
  std::string to;
};

// "<registry>/cache:linux-amd64-<module>" for each module of the stack, the top one first; exports
// go to the top one's. A trust domain other than "default" comes before the platform.
CacheRefs CacheRefsFor(const std::string& registry, const std::string& trust_domain,
                       const Platform& platform, const ResolvedManifest& manifest);

}  // namespace lif
