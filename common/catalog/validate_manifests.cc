#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/near_match.h"
#include "common/catalog/manifest_scope.h"
#include "common/catalog/validate.h"

namespace lif {
namespace {

template <typename T>
std::vector<std::string> Keys(const std::map<std::string, T>& map) {
  std::vector<std::string> keys;
  keys.reserve(map.size());
  for (const auto& [key, unused] : map) keys.push_back(key);
  return keys;
}

class ManifestValidator {
 public:
  explicit ManifestValidator(ManifestScope scope) : scope_(std::move(scope)) {}

  void Validate() {
    FindTemplate();
    FindBase();
    FindStack();
    CheckSlots();
    CheckStack();
    CheckRelations(scope_);
    CheckStackVariables(scope_);
    CheckPlatforms(scope_);
  }

 private:
  void Report(const std::string& path, std::string what, std::string remedy) {
    scope_.Report(path, std::move(what), std::move(remedy));
  }

  template <typename T>
  std::string Near(const std::string& name, const std::map<std::string, T>& all) {
    return scope_.file.problems->size() < kNearMatches ? DidYouMean(name, Keys(all)) : "";
  }

  // "no … 'x@1.0.0'", with the versions that exist, or near names.
  template <typename T>
  std::string NotThere(const char* kind, const std::string& ref,
                       const std::map<std::string, T>& all, std::string* remedy) {
    const std::string prefix = ref.substr(0, ref.find('@') + 1);
    std::vector<std::string> versions;
    for (auto it = all.lower_bound(prefix);
         it != all.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it) {
      versions.push_back(it->first);
    }
    *remedy = versions.empty() ? absl::StrCat("name a ", kind, " of this catalog")
                               : absl::StrCat("write ", ListSome(versions));
    return absl::StrCat("no ", kind, " ", Quoted(ref), versions.empty() ? Near(ref, all) : "");
  }

  void FindTemplate() {
    if (scope_.manifest.template_name.empty()) return;
    const std::string ref = scope_.manifest.template_name + "@" + scope_.manifest.template_version;
    auto found = scope_.parsed.catalog.templates.find(ref);
    if (found != scope_.parsed.catalog.templates.end()) {
      scope_.image_template = &found->second;
      return;
    }
    std::string remedy;
    std::string what = NotThere("template", ref, scope_.parsed.catalog.templates, &remedy);
    Report("template", what, remedy);
  }

  void FindBase() {
    if (scope_.manifest.base.empty()) return;
    auto found = scope_.parsed.catalog.bases.find(scope_.manifest.base);
    if (found != scope_.parsed.catalog.bases.end()) {
      scope_.base = &found->second;
      return;
    }
    Report("base",
           absl::StrCat("no base ", Quoted(scope_.manifest.base),
                        Near(scope_.manifest.base, scope_.parsed.catalog.bases)),
           "name a base of this catalog");
  }

  static void AddOnce(Slot slot, std::vector<Slot>* slots) {
    if (std::find(slots->begin(), slots->end(), slot) == slots->end()) slots->push_back(slot);
  }

  void FindStack() {
    std::vector<Slot> order = {Slot::kSecurity, Slot::kCore, Slot::kLight, Slot::kApp};
    if (scope_.image_template != nullptr) {
      std::vector<Slot> wanted;
      for (const TemplateSlot& slot : scope_.image_template->slots) AddOnce(slot.slot, &wanted);
      for (Slot slot : order) AddOnce(slot, &wanted);
      order = wanted;
    }
    for (Slot slot : order) {
      auto uses = scope_.manifest.modules.find(slot);
      if (uses == scope_.manifest.modules.end()) continue;
      for (size_t i = 0; i < uses->second.size(); ++i) AddEntry(uses->second[i], slot, i);
    }
  }

  void AddEntry(const ModuleUse& use, Slot slot, size_t index) {
    if (use.name.empty()) return;  // malformed, reported
    StackEntry entry{&use, nullptr, slot,
                     absl::StrCat("modules.", std::string(SlotName(slot)), "[", index, "]")};
    auto found = scope_.parsed.catalog.modules.find(use.Ref());
    if (found != scope_.parsed.catalog.modules.end()) {
      entry.module = &found->second;
    } else {
      std::string remedy;
      std::string what = NotThere("module", use.Ref(), scope_.parsed.catalog.modules, &remedy);
      Report(entry.path, what, remedy);
    }
    scope_.stack.push_back(entry);
  }

  void CheckSlots() {
    if (scope_.image_template == nullptr) return;
    for (const auto& [slot, uses] : scope_.manifest.modules) {
      bool there =
          std::any_of(scope_.image_template->slots.begin(), scope_.image_template->slots.end(),
                      [s = slot](const TemplateSlot& known) { return known.slot == s; });
      if (there) continue;
      const std::string name(SlotName(slot));
      Report("modules." + name,
             absl::StrCat("template ", scope_.image_template->Ref(), " has no slot ", Quoted(name)),
             "remove its modules, or choose a template that has it");
    }
    for (const TemplateSlot& slot : scope_.image_template->slots) {
      auto uses = scope_.manifest.modules.find(slot.slot);
      if (!slot.required || (uses != scope_.manifest.modules.end() && !uses->second.empty()))
        continue;
      const std::string name(SlotName(slot.slot));
      Report("modules." + name,
             absl::StrCat("is empty, but template ", scope_.image_template->Ref(), " requires it"),
             absl::StrCat("add a module of the slot ", name));
    }
  }

  void CheckStack() {
    std::map<std::string, const StackEntry*> below;
    for (const StackEntry& entry : scope_.stack) {
      if (entry.module != nullptr) {
        CheckEntry(entry);
      }
      auto [other, fresh] = below.emplace(entry.use->name, &entry);
      if (fresh) continue;
      Report(entry.path,
             absl::StrCat("module ", entry.use->name, " is in the stack twice, as ",
                          other->second->use->Ref(), " too"),
             "keep one of them");
    }
  }

  void CheckEntry(const StackEntry& entry) {
    if (entry.module->slot != entry.slot) {
      const std::string name(SlotName(entry.module->slot));
      Report(entry.path, absl::StrCat("module ", entry.use->Ref(), " is made for the slot ", name),
             absl::StrCat("list it under ", name));
    }
    for (const auto& [name, unused] : entry.use->args) {
      if (entry.module->args.count(name) > 0) continue;
      Report(entry.path + ".args." + name,
             absl::StrCat("module ", entry.use->Ref(), " has no argument ", Quoted(name),
                          DidYouMean(name, Keys(entry.module->args))),
             entry.module->args.empty()
                 ? "remove it: the module has no arguments"
                 : absl::StrCat("set one of ", ListSome(Keys(entry.module->args))));
    }
  }

  ManifestScope scope_;
};

}  // namespace

void ValidateManifests(ParsedCatalog* parsed, const CatalogIndex& index) {
  for (auto& [id, manifest] : parsed->catalog.manifests) {
    ManifestValidator({*parsed, index, manifest, parsed->manifest_files.at(id)}).Validate();
  }
}

}  // namespace lif
