#include "executor/local/local_catalog.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr size_t kProblemsTold = 10;

absl::Status NotPinned(const std::string& directory, const std::string& base) {
  return absl::FailedPreconditionError(absl::StrCat(
      "base ", base, " of ", directory, " is not pinned: bases/", base,
      ".yaml has no digest\nname a catalog of this site that is, such as the one that "
      "deploy/quickstart keeps: --base-from .lif/catalog\nor pin a copy, and build from that: lif "
      "catalog update-base ",
      base, " --catalog ", directory, " --into DIR"));
}

absl::Status MissingIn(const std::string& base_from, const std::string& base) {
  return absl::FailedPreconditionError(
      absl::StrCat("base ", base, " is not pinned, and ", base_from,
                   " has no base of that name; pin it there: lif catalog update-base ", base,
                   " --catalog DIR --into ", base_from));
}

absl::Status Malformed(const std::string& directory, const std::vector<Problem>& problems) {
  std::string text = FormatProblems(problems, kProblemsTold);
  text.pop_back();
  return absl::InvalidArgumentError(
      absl::StrCat("catalog ", directory, " has ", problems.size(),
                   problems.size() == 1 ? " problem:\n" : " problems:\n", text));
}

}  // namespace

absl::StatusOr<LocalCatalog> OpenLocalCatalog(const std::string& directory,
                                              const std::string& base_from) {
  LIF_ASSIGN_OR_RETURN(LoadedCatalog loaded, LoadCatalog(directory));
  if (!loaded.unpinned.empty()) {
    if (base_from.empty()) return NotPinned(directory, loaded.unpinned.front());
    absl::StatusOr<CatalogSite> site = ReadCatalogSite(base_from);
    if (!site.ok()) {
      return absl::Status(site.status().code(),
                          absl::StrCat("--base-from: ", site.status().message()));
    }
    for (const std::string& base : loaded.unpinned) {
      if (site->bases.count(base) == 0) return MissingIn(base_from, base);
    }
    LIF_ASSIGN_OR_RETURN(loaded, LoadCatalog(directory, *site));
  }
  if (!loaded.problems.empty()) return Malformed(directory, loaded.problems);
  return LocalCatalog{std::make_unique<DirectoryCatalogReader>(std::move(loaded.catalog)),
                      std::move(loaded.blobs)};
}

}  // namespace lif
