#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/near_match.h"
#include "common/catalog/validate.h"
#include "common/catalog/values.h"

namespace lif {
namespace {

template <typename T>
std::vector<std::string> Keys(const std::map<std::string, T>& map) {
  std::vector<std::string> keys;
  keys.reserve(map.size());
  for (const auto& [key, unused] : map) keys.push_back(key);
  return keys;
}

// Modules of `name` whose version is in `range`; malformed ranges were reported before.
std::vector<std::string> Candidates(const CatalogIndex& index, const std::string& name,
                                    const std::string& range) {
  std::vector<std::string> refs;
  auto versions = index.versions.find(name);
  absl::StatusOr<SemVerRange> parsed = SemVerRange::Parse(range);
  if (versions == index.versions.end() || !parsed.ok()) return refs;
  for (size_t i = 0; i < versions->second.size(); ++i) {
    if (parsed->Contains(versions->second[i])) refs.push_back(index.refs.at(name)[i]);
  }
  return refs;
}

void CheckRelation(const Module& module, const std::string& field, const std::string& name,
                   const std::string& range, const CatalogIndex& index, FileContext* file) {
  if (range.empty()) return;  // malformed, reported
  const std::string path = field + "." + name;
  if (name == module.name) {
    file->Report(file->LineOf(path), path, "is the module itself", "remove it");
    return;
  }
  if (index.versions.count(name) == 0) {
    file->Report(
        file->LineOf(path), path,
        absl::StrCat("no module has this name", file->problems->size() < kNearMatches
                                                    ? DidYouMean(name, Keys(index.versions))
                                                    : ""),
        "name a module of this catalog");
    return;
  }
  if (field == "needs" && Candidates(index, name, range).empty()) {
    file->Report(file->LineOf(path), path, absl::StrCat("no version is in ", Quoted(range)),
                 absl::StrCat("write a range that has ", ListSome(index.refs.at(name))));
  }
}

void CheckProvides(const Module& module, const FragmentReport& fragment, FileContext* file) {
  for (const std::string& name : module.provides) {
    if (fragment.env.count(name) > 0) continue;
    file->Report(file->LineOf("provides"), "provides",
                 absl::StrCat(Quoted(name), " is set by no ENV of the fragment",
                              DidYouMean(name, Keys(fragment.env))),
                 absl::StrCat("write ENV ", name, "=… into fragment.Dockerfile, or remove it"));
  }
}

std::vector<std::string> KnownNames(const Module& module, const FragmentReport& fragment,
                                    const CatalogIndex& index) {
  std::vector<std::string> known = Keys(module.args);
  for (const auto& [name, unused] : fragment.env) known.push_back(name);
  for (const auto& [name, unused] : index.provided_by) known.push_back(name);
  return known;
}

// Names that no module of the catalog provides; what a manifest lacks is its own problem.
void CheckVariables(const Module& module, const ParsedCatalog& parsed, const CatalogIndex& index,
                    std::vector<Problem>* problems) {
  const FragmentReport& fragment = parsed.fragments.at(module.Ref());
  for (const auto& [name, use] : fragment.free) {
    auto providers = index.provided_by.find(name);
    bool others = providers != index.provided_by.end() &&
                  (providers->second.size() > 1 || providers->second.count(module.name) == 0);
    if (others || use.runtime) continue;
    const std::string near = problems->size() < kNearMatches
                                 ? DidYouMean(name, KnownNames(module, fragment, index))
                                 : "";
    problems->push_back(
        {parsed.fragment_paths.at(module.Ref()), use.line, use.field,
         absl::StrCat("$", name, " is declared nowhere", near),
         "declare it under args, set it in the same RUN, escape it as \\$, or name a "
         "variable that a lower module provides"});
  }
}

// Modules that can stand in some stack: each need has a candidate that can. What is left over, with
// candidates for all needs, needs itself in a circle. Linear in the number of candidates.
class StackableModules {
 public:
  StackableModules(const Catalog& catalog, const CatalogIndex& index) {
    for (const auto& [ref, module] : catalog.modules) AddNeeds(ref, module, index);
    for (const auto& [ref, unused] : catalog.modules) {
      if (unmet_[ref] == 0) ready_.push_back(ref);
    }
    while (!ready_.empty()) {
      std::string ref = std::move(ready_.back());
      ready_.pop_back();
      if (stackable_.insert(ref).second) Meet(ref);
    }
  }
  bool Contains(const std::string& ref) const { return stackable_.count(ref) > 0; }

 private:
  struct Need {
    std::string ref;
    bool met = false;
  };

  void AddNeeds(const std::string& ref, const Module& module, const CatalogIndex& index) {
    for (const auto& [name, range] : module.needs) {
      std::vector<std::string> candidates = Candidates(index, name, range);
      // Without candidates there is another problem, reported already.
      if (candidates.empty() || name == module.name) continue;
      ++unmet_[ref];
      needs_.push_back({ref});
      for (const std::string& candidate : candidates) {
        meets_[candidate].push_back(needs_.size() - 1);
      }
    }
  }

  void Meet(const std::string& ref) {
    for (size_t i : meets_[ref]) {
      if (needs_[i].met) continue;
      needs_[i].met = true;
      if (--unmet_[needs_[i].ref] == 0) ready_.push_back(needs_[i].ref);
    }
  }

  std::vector<Need> needs_;
  std::map<std::string, std::vector<size_t>> meets_;  // candidate → needs
  std::map<std::string, int> unmet_;                  // module → needs that are not met yet
  std::vector<std::string> ready_;
  std::set<std::string> stackable_;
};

}  // namespace

std::string ListSome(const std::vector<std::string>& items, size_t limit) {
  std::string text;
  for (size_t i = 0; i < std::min(items.size(), limit); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", items[i]);
  }
  if (items.size() > limit) absl::StrAppend(&text, " and ", items.size() - limit, " more");
  return text;
}

CatalogIndex IndexCatalog(const Catalog& catalog) {
  CatalogIndex index;
  std::map<std::string, std::vector<std::pair<SemVer, std::string>>> found;
  for (const auto& [ref, module] : catalog.modules) {
    for (const std::string& name : module.provides) index.provided_by[name].insert(module.name);
    absl::StatusOr<SemVer> version = ParseSemVer(module.version);
    if (version.ok()) found[module.name].emplace_back(*version, ref);
  }
  for (auto& [name, versions] : found) {
    std::sort(versions.begin(), versions.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [version, ref] : versions) {
      index.versions[name].push_back(version);
      index.refs[name].push_back(ref);
    }
  }
  return index;
}

void ValidateModules(ParsedCatalog* parsed, const CatalogIndex& index,
                     std::vector<Problem>* problems) {
  const StackableModules stackable(parsed->catalog, index);
  for (const auto& [ref, module] : parsed->catalog.modules) {
    FileContext& file = parsed->module_files.at(ref);
    for (const auto& [name, range] : module.needs) {
      CheckRelation(module, "needs", name, range, index, &file);
    }
    for (const auto& [name, range] : module.conflicts) {
      CheckRelation(module, "conflicts", name, range, index, &file);
    }
    if (!stackable.Contains(ref)) {
      file.Report(file.LineOf("needs"), "needs", "lead in a circle: no stack can meet them all",
                  "remove the need of one of the modules; the lower one can't need the upper");
    }
    CheckProvides(module, parsed->fragments.at(ref), &file);
    CheckVariables(module, *parsed, index, problems);
  }
}

}  // namespace lif
