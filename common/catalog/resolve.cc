#include "common/catalog/resolve.h"

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "common/catalog/digests.h"

namespace lif {
namespace {

absl::StatusOr<ResolvedModule> ResolveModule(const Manifest& manifest, const ModuleUse& use,
                                             const ModuleLookup& lookup) {
  const Module* module = lookup(use.Ref());
  if (module == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("manifest ", manifest.id, " uses module ", use.Ref(), ", which is not there"));
  }
  ResolvedModule resolved{*module, module->args};
  for (const auto& [name, value] : use.args) {
    auto declared = resolved.args.find(name);
    if (declared == resolved.args.end()) {
      return absl::InvalidArgumentError(absl::StrCat("manifest ", manifest.id, " sets argument ",
                                                     name, ", which module ", use.Ref(),
                                                     " does not declare"));
    }
    declared->second = value;
  }
  return resolved;
}

template <typename T>
absl::StatusOr<const T*> Find(const std::map<std::string, T>& items, std::string_view kind,
                              const std::string& key) {
  auto found = items.find(key);
  if (found != items.end()) return &found->second;
  std::vector<std::string> known;
  known.reserve(items.size());
  for (const auto& [name, unused] : items) known.push_back(name);
  return absl::NotFoundError(
      absl::StrCat("no ", std::string(kind), " '", key, "'", DidYouMean(key, known)));
}

}  // namespace

std::vector<ModuleUse> StackOf(const Manifest& manifest, const Template& image_template) {
  std::vector<ModuleUse> stack;
  std::set<Slot> seen;
  auto append = [&](Slot slot) {
    auto uses = manifest.modules.find(slot);
    if (uses == manifest.modules.end() || !seen.insert(slot).second) return;
    stack.insert(stack.end(), uses->second.begin(), uses->second.end());
  };
  for (const TemplateSlot& slot : image_template.slots) append(slot.slot);
  for (const auto& [slot, unused] : manifest.modules) append(slot);
  return stack;
}

absl::StatusOr<ResolvedManifest> ResolveManifest(ManifestParts parts, const ModuleLookup& lookup) {
  ResolvedManifest resolved{
      std::move(parts.manifest), std::move(parts.image_template), std::move(parts.base), {}};
  for (const ModuleUse& use : StackOf(resolved.manifest, resolved.image_template)) {
    LIF_ASSIGN_OR_RETURN(ResolvedModule module, ResolveModule(resolved.manifest, use, lookup));
    resolved.stack.push_back(std::move(module));
  }
  return resolved;
}

absl::StatusOr<ResolvedManifest> ResolveManifest(const Catalog& catalog, const std::string& id) {
  LIF_ASSIGN_OR_RETURN(const Manifest* manifest, Find(catalog.manifests, "manifest", id));
  LIF_ASSIGN_OR_RETURN(
      const Template* image_template,
      Find(catalog.templates, "template",
           absl::StrCat(manifest->template_name, "@", manifest->template_version)));
  LIF_ASSIGN_OR_RETURN(const Base* base, Find(catalog.bases, "base", manifest->base));
  return ResolveManifest({*manifest, *image_template, *base}, [&](const std::string& ref) {
    auto found = catalog.modules.find(ref);
    return found == catalog.modules.end() ? nullptr : &found->second;
  });
}

std::vector<absl::StatusOr<ResolvedManifest>> ResolveManifests(
    const Catalog& catalog, const std::vector<std::string>& ids) {
  std::vector<absl::StatusOr<ResolvedManifest>> answers;
  answers.reserve(ids.size());
  size_t unknown = 0;
  for (const std::string& id : ids) {
    if (catalog.manifests.count(id) == 0 && ++unknown > kMaxNearMatches) {
      answers.push_back(absl::NotFoundError(absl::StrCat("no manifest '", id, "'")));
    } else {
      answers.push_back(ResolveManifest(catalog, id));
    }
  }
  return answers;
}

absl::Status CheckManifestBatch(const std::vector<std::string>& ids) {
  if (ids.size() <= kMaxManifestBatch) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "asked for ", ids.size(), " manifests at once; the limit is ", kMaxManifestBatch));
}

CatalogNames NamesOf(const Catalog& catalog) {
  CatalogNames names;
  for (const auto& [name, base] : catalog.bases) names.bases.push_back(name);
  for (const auto& [ref, module] : catalog.modules) names.modules.push_back(ref);
  return names;
}

ManifestSummary Summarize(const ResolvedManifest& manifest) {
  ManifestSummary summary;
  summary.id = manifest.manifest.id;
  summary.summary = manifest.manifest.summary;
  summary.template_ref = manifest.image_template.Ref();
  summary.base = manifest.manifest.base;
  summary.platforms = OfferedPlatforms(manifest);
  summary.requires_ = RequiredCapabilities(manifest);
  summary.digest = ManifestDigest(manifest);
  return summary;
}

bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool Matches(const ManifestFilter& filter, const Manifest& manifest) {
  if (!filter.glob.empty() && !GlobMatches(filter.glob, manifest.id)) return false;
  if (!filter.base.empty() && filter.base != manifest.base) return false;
  if (filter.module.empty()) return true;
  for (const auto& [slot, uses] : manifest.modules) {
    for (const ModuleUse& use : uses) {
      if (use.name == filter.module || use.Ref() == filter.module) return true;
    }
  }
  return false;
}

}  // namespace lif
