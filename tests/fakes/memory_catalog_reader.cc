#include "tests/fakes/memory_catalog_reader.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "common/catalog/resolve.h"

namespace lif {

void MemoryCatalogReader::SetAway(absl::Status status) {
  MutexLock lock(&mutex_);
  away_ = std::move(status);
}

void MemoryCatalogReader::AddPlatform(const std::string& base, const Platform& platform,
                                      const BasePlatform& pinned) {
  MutexLock lock(&mutex_);
  Base& gains = catalog_.bases.at(base);
  gains.platforms[platform] = pinned;
  gains.added.push_back(platform);
}

void MemoryCatalogReader::AddManifest(const Manifest& manifest) {
  MutexLock lock(&mutex_);
  catalog_.manifests.emplace(manifest.id, manifest);
}

void MemoryCatalogReader::AddModule(const std::string& name, Slot slot) {
  MutexLock lock(&mutex_);
  Module module;
  module.name = name;
  module.version = "1.0.0";
  module.slot = slot;
  module.platforms = {{"linux", "amd64"}, {"linux", "arm64"}};
  catalog_.modules.emplace(module.Ref(), module);
}

absl::StatusOr<std::string> MemoryCatalogReader::Version() {
  MutexLock lock(&mutex_);
  ++calls_;
  if (!away_.ok()) return away_;
  size_t gained = 0;
  for (const auto& [name, base] : catalog_.bases) gained += base.added.size();
  return absl::StrCat(catalog_.manifests.size(), ".", gained);
}

int MemoryCatalogReader::reads() const {
  MutexLock lock(&mutex_);
  return reads_;
}

int MemoryCatalogReader::calls() const {
  MutexLock lock(&mutex_);
  return calls_;
}

absl::StatusOr<ResolvedManifest> MemoryCatalogReader::GetManifest(const std::string& id) {
  MutexLock lock(&mutex_);
  ++reads_;
  ++calls_;
  if (!away_.ok()) return away_;
  return ResolveManifest(catalog_, id);
}

absl::StatusOr<std::vector<absl::StatusOr<ResolvedManifest>>> MemoryCatalogReader::GetManifests(
    const std::vector<std::string>& ids) {
  LIF_RETURN_IF_ERROR(CheckManifestBatch(ids));
  MutexLock lock(&mutex_);
  reads_ += static_cast<int>(ids.size());
  ++calls_;
  if (!away_.ok()) return away_;
  return ResolveManifests(catalog_, ids);
}

absl::StatusOr<ManifestPage> MemoryCatalogReader::ListManifests(const ManifestFilter& filter) {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  ManifestPage page;
  for (auto it = catalog_.manifests.upper_bound(filter.after); it != catalog_.manifests.end();
       ++it) {
    if (!Matches(filter, it->second)) continue;
    if (static_cast<int>(page.manifests.size()) == filter.limit) {
      page.next = page.manifests.back().id;
      break;
    }
    LIF_ASSIGN_OR_RETURN(const ResolvedManifest manifest, ResolveManifest(catalog_, it->first));
    page.manifests.push_back(Summarize(manifest));
  }
  return page;
}

absl::StatusOr<Module> MemoryCatalogReader::GetModule(const std::string& name,
                                                      const std::string& version) {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  const std::string ref = name + "@" + version;
  const auto found = catalog_.modules.find(ref);
  if (found != catalog_.modules.end()) return found->second;
  std::vector<std::string> refs;
  for (const auto& [known, module] : catalog_.modules) refs.push_back(known);
  return absl::NotFoundError(absl::StrCat("no module '", ref, "'", DidYouMean(ref, refs)));
}

absl::StatusOr<CatalogNames> MemoryCatalogReader::Names() {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  return NamesOf(catalog_);
}

}  // namespace lif
