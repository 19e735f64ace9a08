// Files of a catalog against each other: references, slots, needs, conflicts, platforms, variables.
// Internal to common/catalog.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/catalog/field_reader.h"
#include "common/catalog/model.h"
#include "common/catalog/semver.h"
#include "common/fragment/fragment_checker.h"

namespace lif {

// Comparing a name with thousands costs: after this many problems, near matches are not told.
constexpr size_t kNearMatches = 200;

// Everything read, with what is needed to say where a problem is.
struct ParsedCatalog {
  Catalog catalog;
  std::map<std::string, FileContext> module_files;    // by name@version; of module.yaml
  std::map<std::string, FragmentReport> fragments;    // by name@version
  std::map<std::string, std::string> fragment_paths;  // by name@version
  std::map<std::string, FileContext> template_files;  // by name@version
  std::map<std::string, FileContext> manifest_files;  // by ID
};

// Versions of each module, and names that modules provide: built once, used for each manifest.
struct CatalogIndex {
  std::map<std::string, std::vector<SemVer>> versions;       // by module name
  std::map<std::string, std::vector<std::string>> refs;      // name → name@version, ascending
  std::map<std::string, std::set<std::string>> provided_by;  // ENV name → module names
};

CatalogIndex IndexCatalog(const Catalog& catalog);

// Problems go to the FileContext of the file that has to change, or to `problems` for fragments.
void ValidateModules(ParsedCatalog* parsed, const CatalogIndex& index,
                     std::vector<Problem>* problems);
// Also gives manifests without `platforms` the ones that their base and modules offer.
void ValidateManifests(ParsedCatalog* parsed, const CatalogIndex& index);

// "a, b and 3 more"
std::string ListSome(const std::vector<std::string>& items, size_t limit = 5);

}  // namespace lif
