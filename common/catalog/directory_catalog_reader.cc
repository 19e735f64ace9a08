#include "common/catalog/directory_catalog_reader.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "common/catalog/resolve.h"

namespace lif {

absl::StatusOr<std::unique_ptr<DirectoryCatalogReader>> DirectoryCatalogReader::Open(
    const std::string& directory) {
  LIF_ASSIGN_OR_RETURN(LoadedCatalog loaded, LoadCatalog(directory));
  if (!loaded.problems.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("catalog ", directory, " has ",
                                                   loaded.problems.size(), " problems:\n",
                                                   FormatProblems(loaded.problems, 10)));
  }
  return std::make_unique<DirectoryCatalogReader>(std::move(loaded.catalog));
}

absl::StatusOr<ResolvedManifest> DirectoryCatalogReader::GetManifest(const std::string& id) {
  return ResolveManifest(catalog_, id);
}

absl::StatusOr<std::vector<absl::StatusOr<ResolvedManifest>>> DirectoryCatalogReader::GetManifests(
    const std::vector<std::string>& ids) {
  LIF_RETURN_IF_ERROR(CheckManifestBatch(ids));
  return ResolveManifests(catalog_, ids);
}

absl::StatusOr<ManifestPage> DirectoryCatalogReader::ListManifests(const ManifestFilter& filter) {
  const size_t limit = static_cast<size_t>(std::clamp(filter.limit, 1, 1000));
  ManifestPage page;
  for (auto it = catalog_.manifests.upper_bound(filter.after); it != catalog_.manifests.end();
       ++it) {
    if (!Matches(filter, it->second)) continue;
    if (page.manifests.size() == limit) {
      page.next = page.manifests.back().id;
      break;
    }
    LIF_ASSIGN_OR_RETURN(ResolvedManifest resolved, ResolveManifest(catalog_, it->first));
    page.manifests.push_back(Summarize(resolved));
  }
  return page;
}

absl::StatusOr<Module> DirectoryCatalogReader::GetModule(const std::string& name,
                                                         const std::string& version) {
  const std::string ref = absl::StrCat(name, "@", version);
  auto found = catalog_.modules.find(ref);
  if (found != catalog_.modules.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [key, unused] : catalog_.modules) known.push_back(key);
  return absl::NotFoundError(absl::StrCat("no module '", ref, "'", DidYouMean(ref, known)));
}

absl::StatusOr<CatalogNames> DirectoryCatalogReader::Names() {
  return NamesOf(catalog_);
}

}  // namespace lif
