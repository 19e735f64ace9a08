// Where published catalogs are read. Implementations: PostgresCatalogReader (the truth),
// DirectoryCatalogReader (a checked-out catalog, for `lif render` and `lif build --local`).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/catalog/model.h"

namespace lif {

struct ManifestSummary {
  std::string id;
  std::string summary;
  std::string template_ref;  // name@version
  std::string base;
  std::vector<Platform> platforms;
  std::vector<std::string> requires_;
  std::string digest;  // manifest digest, 64 hex (digests.h)
};

struct ManifestPage {
  std::vector<ManifestSummary> manifests;  // by ID, ascending
  std::string next;                        // pass as `after` for the next page; "" at the end
};

struct ManifestFilter {
  std::string glob;    // '*' and '?' on the ID; "" for all
  std::string module;  // "name" or "name@version"; "" for all
  std::string base;    // "" for all
  std::string after;   // IDs greater than this
  int limit = 100;     // 1..1000
};

// Thread-safe; calls block on I/O with a deadline.
// Errors: NOT_FOUND (with near matches in the text), UNAVAILABLE (the store is away, retry),
// DATA_LOSS (what is stored contradicts its digest).
class CatalogReader {
 public:
  virtual ~CatalogReader() = default;
  virtual absl::StatusOr<ResolvedManifest> GetManifest(const std::string& id) = 0;
  virtual absl::StatusOr<ManifestPage> ListManifests(const ManifestFilter& filter) = 0;
  virtual absl::StatusOr<Module> GetModule(const std::string& name, const std::string& version) = 0;
};

}  // namespace lif
