// What a catalog's directory holds and what is wrong with it, as text and JSON. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/style.h"
#include "common/catalog/catalog_loader.h"

namespace lif {

// One line a problem, as editors understand it ("file:line: …"), then how many there are.
std::string RenderProblems(const std::vector<Problem>& problems, const Style& style);

// "1 base, 12 modules, 2 templates, 5 manifests"
std::string CatalogCounts(const Catalog& catalog);

// {"ok", "bases", "modules", "templates", "manifests", "problems": [{"file", "line", …}]}
std::string CatalogReportJson(const LoadedCatalog& loaded);

}  // namespace lif
