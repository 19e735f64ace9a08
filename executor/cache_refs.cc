#include "executor/cache_refs.h"

#include "absl/strings/str_cat.h"

namespace lif {

CacheRefs CacheRefsFor(const std::string& registry, const std::string& trust_domain,
                       const Platform& platform, const ResolvedManifest& manifest) {
  const std::string prefix =
      absl::StrCat(registry, "/cache:", trust_domain == "default" ? "" : trust_domain + "-",
                   platform.Slug(), "-");
  CacheRefs refs;
  for (auto it = manifest.stack.rbegin(); it != manifest.stack.rend(); ++it) {
    refs.from.push_back(prefix + it->module.name);
  }
  if (!refs.from.empty()) refs.to = refs.from.front();
  return refs;
}

}  // namespace lif
