// One manifest while it is validated: what it names, as found in the catalog. Internal to
// common/catalog.
#pragma once

#include <string>
#include <vector>

#include "common/catalog/validate.h"

namespace lif {

// One module of the manifest's stack, as it is written and as it was found.
struct StackEntry {
  const ModuleUse* use = nullptr;
  const Module* module = nullptr;  // null when it is missing
  Slot slot = Slot::kCore;
  std::string path;  // "modules.core[0]"
};

struct ManifestScope {
  const ParsedCatalog& parsed;
  const CatalogIndex& index;
  Manifest& manifest;
  FileContext& file;
  const Template* image_template = nullptr;  // null when it is missing
  const Base* base = nullptr;                // null when it is missing
  std::vector<StackEntry> stack;             // bottom first

  void Report(const std::string& path, std::string what, std::string remedy) const {
    file.Report(file.LineOf(path), path, std::move(what), std::move(remedy));
  }
};

// `needs` are met below, no `conflicts` are in the stack.
void CheckRelations(const ManifestScope& scope);

// $NAME of a fragment that only a lower module, or the template, can give.
void CheckStackVariables(const ManifestScope& scope);

// Every platform is offered by base and modules; a manifest without gets those that are.
void CheckPlatforms(const ManifestScope& scope);

}  // namespace lif
