// The rows of several manifests with all that they pin, and the manifests that come of them.
// Internal to common/postgres_catalog.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/catalog/model.h"
#include "common/postgres/sql.h"

namespace lif {

// The query that a ManifestBatch reads; its parameter is an array of IDs. What several manifests
// share is answered once.
extern const char kManifestBatchQuery[];

// Each document is checked against its SHA-256, each manifest against the digest that it was
// published with. What is broken fails the manifests that use it, and no others.
class ManifestBatch {
 public:
  explicit ManifestBatch(const SqlRows& rows);

  bool Has(const std::string& id) const { return manifests_.count(id) > 0; }
  // `id` must be there. DATA_LOSS when it or what it pins is not what was published.
  absl::StatusOr<ResolvedManifest> Resolve(const std::string& id) const;

 private:
  struct PublishedManifest {
    absl::StatusOr<Manifest> manifest;
    std::string digest;
  };
  absl::Status AddGained(Base& base) const;

  std::map<std::string, PublishedManifest> manifests_;
  std::map<std::string, absl::StatusOr<Template>> templates_;
  std::map<std::string, absl::StatusOr<Base>> bases_;
  std::vector<absl::StatusOr<Base>> gained_;  // platforms of bases, each as a base with it alone
  std::map<std::string, absl::StatusOr<Module>> modules_;
};

// DATA_LOSS that says what to do.
absl::Status PublishedContradiction(std::string_view kind, const std::string& name,
                                    std::string_view why);

// The module of row 0 of (kind, name, document, SHA-256, digest).
absl::StatusOr<Module> ModuleOfRow(const SqlRows& rows, int row);

}  // namespace lif
