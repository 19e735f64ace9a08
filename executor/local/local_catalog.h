// The catalog of a local build: a directory that its author is working in.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/catalog/directory_catalog_reader.h"

namespace lif {

struct LocalCatalog {
  std::unique_ptr<DirectoryCatalogReader> reader;
  std::vector<CatalogBlob> files;  // of modules, on disk
};

// Reads `directory`. When it has a base that is not pinned, bases and variables are those of the
// catalog `base_from`, which is. INVALID_ARGUMENT lists what is wrong with the catalog;
// FAILED_PRECONDITION: a base is not pinned and nothing says to what.
absl::StatusOr<LocalCatalog> OpenLocalCatalog(const std::string& directory,
                                              const std::string& base_from);

}  // namespace lif
