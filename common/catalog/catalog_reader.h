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

struct CatalogNames {
  std::vector<std::string> bases;
  std::vector<std::string> modules;  // name@version
};

inline constexpr size_t kMaxManifestBatch = 128;
inline constexpr size_t kMaxNearMatches = 5;

// Thread-safe; calls block on I/O with a deadline.
// Errors: NOT_FOUND (with near matches in the text), UNAVAILABLE (the store is away, retry),
// DATA_LOSS (what is stored contradicts its digest).
class CatalogReader {
 public:
  virtual ~CatalogReader() = default;
  virtual absl::StatusOr<ResolvedManifest> GetManifest(const std::string& id) = 0;
  // One answer for each ID, in their order, as GetManifest gives it; near matches are named for the
  // first kMaxNearMatches unknown IDs only. At most kMaxManifestBatch IDs (INVALID_ARGUMENT): what
  // is read is in memory at once. The status of the whole is that of a store that is away.
  virtual absl::StatusOr<std::vector<absl::StatusOr<ResolvedManifest>>> GetManifests(
      const std::vector<std::string>& ids) = 0;
  virtual absl::StatusOr<ManifestPage> ListManifests(const ManifestFilter& filter) = 0;
  // Opaque; equal versions mean the same manifests on the same platforms. One cheap query, for who
  // keeps what was computed from the whole catalog.
  virtual absl::StatusOr<std::string> Version() = 0;
  virtual absl::StatusOr<Module> GetModule(const std::string& name, const std::string& version) = 0;
  // Ascending, of each at most 20,000: to tell what is unknown from what is unused, and for near
  // matches.
  virtual absl::StatusOr<CatalogNames> Names() = 0;
};

}  // namespace lif
