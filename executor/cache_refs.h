// Registry references of build caches: one tag for each platform and module, so that caches never
// cross architectures or trust domains, and one that follows the newest stable stack. They save
// work; identity never rests on them.
#pragma once

#include <string>
#include <vector>

#include "common/base/platform.h"
#include "common/catalog/model.h"

namespace lif {

struct CachePlace {
  std::string repository;  // "host:port/prefix/cache"
  std::string trust_domain;
};

// Positions of the modules that a job builds, 1 is the one on the base; none when first > last.
struct BuiltPart {
  int first = 1;
  int last = 0;
};

struct CacheRefs {
  std::vector<std::string> from;  // the topmost module's first; any may be missing
  std::vector<std::string> to;    // the topmost module's; and the stack's, when a stable stack ends
};

// Of the part alone: a layer that is there already needs no cache.
CacheRefs CacheRefsFor(const CachePlace& place, const Platform& platform,
                       const ResolvedManifest& manifest, const BuiltPart& part);

}  // namespace lif
