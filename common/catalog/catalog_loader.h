// Reads a catalog directory whole: what `lif catalog check`, `publish` and `--local` work on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/problem.h"
#include "common/catalog/model.h"

namespace lif {

// A file of a module, to be stored as a blob before the catalog's rows are.
struct CatalogBlob {
  std::string path;    // on disk
  std::string sha256;  // 64 hex
  uint64_t size = 0;
};

struct LoadedCatalog {
  Catalog catalog;                               // of use only when `problems` is empty
  std::vector<CatalogBlob> blobs;                // unique by sha256
  std::vector<Problem> problems;                 // all of them, sorted by file and line
  std::vector<std::string> unpinned;             // bases of which a platform has no digest
  std::map<std::string, std::string> variables;  // as they were put in
};

// What the source of a catalog leaves open and a site fills in.
struct CatalogSite {
  std::map<std::string, std::string> variables;  // win over those of the same name in catalog.yaml
  std::map<std::string, Base> bases;  // images and digests of bases that the source doesn't pin
};

// Blocks on disk I/O. Everything wrong with the catalog is in `problems`; an error is returned only
// when the directory can't be read at all (NOT_FOUND, PERMISSION_DENIED), and says what to do.
absl::StatusOr<LoadedCatalog> LoadCatalog(const std::string& directory,
                                          const CatalogSite& site = {});

// Of a catalog that is pinned for the site, such as the copy that deploy/quickstart publishes.
// INVALID_ARGUMENT when it has problems of its own.
absl::StatusOr<CatalogSite> ReadCatalogSite(const std::string& directory);

// "a\nb\n… and 12 more": at most `limit` lines.
std::string FormatProblems(const std::vector<Problem>& problems, size_t limit = 200);

}  // namespace lif
