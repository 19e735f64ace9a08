#include "cli/catalog_problems.h"

#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "cli/text.h"

namespace lif {

std::string RenderProblems(const std::vector<Problem>& problems, const Style& style) {
  std::string out;
  std::set<std::string> files;
  for (const Problem& problem : problems) {
    files.insert(problem.file);
    const std::string place =
        problem.line > 0 ? absl::StrCat(problem.file, ":", problem.line) : problem.file;
    const std::string rest = problem.ToString().substr(place.size());
    absl::StrAppend(&out, style.Paint(Tone::kStrong, place), SafeForTerminal(rest, style), "\n");
  }
  absl::StrAppend(
      &out,
      style.Paint(Tone::kBad,
                  absl::StrCat(CountText(static_cast<int64_t>(problems.size()), "problem"), " in ",
                               CountText(static_cast<int64_t>(files.size()), "file"))),
      "\n");
  return out;
}

std::string CatalogCounts(const Catalog& catalog) {
  const auto count = [](size_t number, const char* noun) {
    return CountText(static_cast<int64_t>(number), noun);
  };
  return absl::StrCat(count(catalog.bases.size(), "base"), ", ",
                      count(catalog.modules.size(), "module"), ", ",
                      count(catalog.templates.size(), "template"), ", ",
                      count(catalog.manifests.size(), "manifest"));
}

std::string CatalogReportJson(const LoadedCatalog& loaded) {
  const Catalog& catalog = loaded.catalog;
  nlohmann::ordered_json json = {{"ok", loaded.problems.empty()},
                                 {"name", catalog.name},
                                 {"bases", catalog.bases.size()},
                                 {"modules", catalog.modules.size()},
                                 {"templates", catalog.templates.size()},
                                 {"manifests", catalog.manifests.size()},
                                 {"problems", nlohmann::ordered_json::array()}};
  for (const Problem& problem : loaded.problems) {
    json["problems"].push_back({{"file", problem.file},
                                {"line", problem.line},
                                {"field", problem.field},
                                {"what", problem.what},
                                {"remedy", problem.remedy}});
  }
  // Names of files may be any bytes.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace lif
