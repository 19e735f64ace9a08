// Registry references of build caches: one tag for each platform and module, so that caches never
// cross architectures or trust domains, one for each topmost layer of an image, and one that
// follows the newest stable stack. They save work; identity never rests on them.
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
  std::string top_key;  // layer key of `last`; empty: not looked for under its key
  bool has_row = true;  // `last` will stand in the ledger, so nothing is kept under its key
};

struct CacheRefs {
  // The topmost layer's, then the modules' from the top; any may be missing.
  std::vector<std::string> from;
  // The topmost module's; the stack's, when a stable stack ends; the topmost layer's, when no
  // ledger has it: a module's tag is of the newest image with that module, whatever it stands on.
  std::vector<std::string> to;
};

// Of the part alone: a layer that is there already needs no cache.
CacheRefs CacheRefsFor(const CachePlace& place, const Platform& platform,
                       const ResolvedManifest& manifest, const BuiltPart& part);

}  // namespace lif
