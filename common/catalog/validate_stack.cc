#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/catalog/manifest_scope.h"

namespace lif {
namespace {

std::string PlatformList(const std::vector<Platform>& platforms) {
  std::vector<std::string> texts;
  for (const Platform& platform : platforms) texts.push_back(platform.ToString());
  return ListSome(texts);
}

bool InRange(const std::string& range, const std::string& version) {
  absl::StatusOr<SemVerRange> parsed = SemVerRange::Parse(range);
  absl::StatusOr<SemVer> exact = ParseSemVer(version);
  // What is malformed was reported where it is written.
  return !parsed.ok() || !exact.ok() || parsed->Contains(*exact);
}

// The newest version in the range, or the words of the range.
std::string Suggest(const ManifestScope& scope, const std::string& name, const std::string& range) {
  auto refs = scope.index.refs.find(name);
  if (refs != scope.index.refs.end()) {
    for (auto ref = refs->second.rbegin(); ref != refs->second.rend(); ++ref) {
      if (InRange(range, ref->substr(ref->find('@') + 1))) return *ref;
    }
  }
  return absl::StrCat("a version of ", name, " in ", range);
}

void CheckNeeds(const ManifestScope& scope, const StackEntry& entry,
                const std::map<std::string, const StackEntry*>& below) {
  for (const auto& [name, range] : entry.module->needs) {
    auto found = below.find(name);
    if (found == below.end()) {
      bool above =
          std::any_of(scope.stack.begin(), scope.stack.end(),
                      [n = name](const StackEntry& other) { return other.use->name == n; });
      scope.Report(entry.path,
                   absl::StrCat("module ", entry.use->Ref(), " needs ", name, " ", range,
                                above ? " below it" : ""),
                   above ? absl::StrCat("list ", name, " before it")
                         : absl::StrCat("add ", Suggest(scope, name, range)));
    } else if (!InRange(range, found->second->use->version)) {
      scope.Report(entry.path,
                   absl::StrCat("module ", entry.use->Ref(), " needs ", name, " ", range, ", not ",
                                found->second->use->version),
                   absl::StrCat("use ", Suggest(scope, name, range)));
    }
  }
}

void CheckConflicts(const ManifestScope& scope, const StackEntry& entry,
                    const std::map<std::string, const StackEntry*>& all) {
  for (const auto& [name, range] : entry.module->conflicts) {
    auto found = all.find(name);
    if (found == all.end() || !InRange(range, found->second->use->version)) continue;
    scope.Report(
        entry.path,
        absl::StrCat("module ", entry.use->Ref(), " conflicts with ", found->second->use->Ref()),
        "remove one of them");
  }
}

bool Offers(const Module& module, const Platform& platform) {
  return std::find(module.platforms.begin(), module.platforms.end(), platform) !=
         module.platforms.end();
}

void CheckOffer(const ManifestScope& scope, const Platform& platform) {
  const std::string text = platform.ToString();
  if (scope.base->platforms.count(platform) == 0) {
    std::vector<Platform> offered;
    for (const auto& [known, unused] : scope.base->platforms) offered.push_back(known);
    scope.Report("platforms", absl::StrCat("base ", scope.base->name, " has no ", text),
                 offered.empty() ? "remove it, or add it to the base"
                                 : absl::StrCat("remove it; the base has ", PlatformList(offered)));
  }
  for (const StackEntry& entry : scope.stack) {
    if (entry.module == nullptr || Offers(*entry.module, platform)) continue;
    scope.Report(
        "platforms", absl::StrCat("module ", entry.use->Ref(), " does not offer ", text),
        absl::StrCat("remove it; the module offers ", PlatformList(entry.module->platforms)));
  }
}

}  // namespace

void CheckRelations(const ManifestScope& scope) {
  std::map<std::string, const StackEntry*> below;
  for (const StackEntry& entry : scope.stack) {
    if (entry.module != nullptr) CheckNeeds(scope, entry, below);
    below.emplace(entry.use->name, &entry);
  }
  for (const StackEntry& entry : scope.stack) {
    if (entry.module != nullptr) CheckConflicts(scope, entry, below);
  }
}

void CheckStackVariables(const ManifestScope& scope) {
  std::set<std::string> provided;
  for (const StackEntry& entry : scope.stack) {
    if (entry.module == nullptr) continue;
    for (const auto& [name, use] : scope.parsed.fragments.at(entry.use->Ref()).free) {
      bool configured = use.runtime && scope.image_template != nullptr &&
                        scope.image_template->config.env.count(name) > 0;
      if (provided.count(name) > 0 || configured) continue;
      auto providers = scope.index.provided_by.find(name);
      bool known = providers != scope.index.provided_by.end();
      if (!known && !use.runtime) continue;  // reported at the fragment
      scope.Report(entry.path,
                   absl::StrCat("module ", entry.use->Ref(), " uses $", name,
                                ", which no lower module provides"),
                   known ? absl::StrCat("add below it ", ListSome({providers->second.begin(),
                                                                   providers->second.end()}))
                         : absl::StrCat("set ", name,
                                        " in config.env of the template, or by ENV in the "
                                        "fragment"));
    }
    provided.insert(entry.module->provides.begin(), entry.module->provides.end());
  }
}

void CheckPlatforms(const ManifestScope& scope) {
  if (scope.base == nullptr) return;
  if (!scope.manifest.platforms.empty()) {
    for (const Platform& platform : scope.manifest.platforms) CheckOffer(scope, platform);
    return;
  }
  if (scope.file.lines.count("platforms") > 0) return;  // malformed, reported
  // Those stay unnamed, so that a platform that the base gains later is offered too.
  const bool offered = std::any_of(
      scope.base->platforms.begin(), scope.base->platforms.end(), [&scope](const auto& entry) {
        return std::all_of(scope.stack.begin(), scope.stack.end(),
                           [&entry](const StackEntry& above) {
                             return above.module == nullptr || Offers(*above.module, entry.first);
                           });
      });
  if (!offered && !scope.base->platforms.empty()) {
    scope.Report("platforms", "no platform is offered by the base and every module",
                 "choose modules for one platform of the base");
  }
}

}  // namespace lif
