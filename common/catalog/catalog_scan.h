// What files a catalog directory has, and where. Internal to common/catalog.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/problem.h"
#include "common/catalog/model.h"

namespace lif {

constexpr uint64_t kMaxModuleFilesBytes = 16ull << 20;
constexpr uint64_t kMaxCatalogFilesBytes = 512ull << 20;
constexpr size_t kMaxFilesPerModule = 2000;
constexpr size_t kMaxManifests = 4096;
constexpr size_t kMaxModules = 8192;
constexpr size_t kMaxTemplates = 1024;
constexpr size_t kMaxBases = 256;

struct ScannedModule {
  std::string directory;  // relative to the catalog
  std::string slot;       // names of the directories
  std::string name;
  std::string version;
};

struct ScannedCatalog {
  std::vector<std::string> bases;      // relative paths of files, sorted
  std::vector<std::string> templates;  // templates/<name>/<version>.yaml
  std::vector<std::string> manifests;
  std::vector<ScannedModule> modules;
};

// Lists the catalog; what should not be there is in `problems`.
// NOT_FOUND or PERMISSION_DENIED when the directory itself can't be listed.
absl::StatusOr<ScannedCatalog> ScanCatalog(const std::string& directory,
                                           std::vector<Problem>* problems);

struct ScannedFile {
  ModuleFile file;
  std::string path;  // on disk
};

// Hashes what is under `module.directory`/files. Symbolic links, odd names and what is over a limit
// are problems.
std::vector<ScannedFile> ScanModuleFiles(const std::string& root, const ScannedModule& module,
                                         std::vector<Problem>* problems);

}  // namespace lif
