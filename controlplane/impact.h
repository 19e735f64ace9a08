// The use case behind GetImpact: what a new version of a module or base would build anew.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/catalog/catalog_reader.h"
#include "common/catalog/digests.h"
#include "common/records/layer_ledger.h"
#include "common/records/past_builds.h"

namespace lif {

struct ImpactQuery {
  // One of the two.
  std::string module;  // "name@version", or "name" for any version
  std::string base;
  std::string after;  // manifests with an ID greater than this; "" for the first page
  int limit = 100;    // manifests of the page
};

struct ImpactedBuild {
  std::string manifest_id;
  Platform platform;
  int layers = 0;  // of its chain: the changed one and those above it
};

struct PoolImpact {
  int layers = 0;  // each layer key once
  int images = 0;
  // No earlier build tells how long they take.
  int unknown_layers = 0;
  int unknown_images = 0;
  absl::Duration work;  // of what is known
};

struct ImpactTotals {
  int manifests = 0;
  int images = 0;  // manifest × platform
  int layers = 0;  // each layer key once
  std::map<std::string, PoolImpact> pools;
};

struct ImpactPage {
  std::vector<ImpactedBuild> builds;  // by manifest ID and platform
  std::string next;                   // `after` of the next page; "" at the end
  ImpactTotals totals;                // of all pages; left empty but in the first
};

// Thread-safe; blocks on I/O. The first page reads all manifests concerned, in batches: a megabyte
// for a thousand of them, for as long as the call lasts.
class Impact {
 public:
  struct Seams {
    CatalogReader& catalog;
    LayerLedgerReader& ledger;
    PastBuildsReader& past;
  };
  // The seams must outlive it.
  Impact(Seams seams, Recipe recipe) : seams_(seams), recipe_(std::move(recipe)) {}

  // NOT_FOUND with near matches for a module or base that is not published; one that no manifest
  // uses has an empty answer. `cancelled` is asked between batches (CANCELLED).
  absl::StatusOr<ImpactPage> Run(const ImpactQuery& query,
                                 const std::function<bool()>& cancelled) const;

 private:
  Seams seams_;
  const Recipe recipe_;
};

}  // namespace lif
