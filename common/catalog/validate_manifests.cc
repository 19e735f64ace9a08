#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/near_match.h"
#include "common/catalog/resolve.h"
#include "common/catalog/validate.h"

namespace lif {
namespace {

std::string PlatformList(const std::vector<Platform>& platforms) {
  std::vector<std::string> texts;
  for (const Platform& platform : platforms) texts.push_back(platform.ToString());
  return ListSome(texts);
}

template <typename T>
std::vector<std::string> Keys(const std::map<std::string, T>& map) {
  std::vector<std::string> keys;
  keys.reserve(map.size());
  for (const auto& [key, unused] : map) keys.push_back(key);
  return keys;
}

// One module of the manifest's stack, as it is written and as it was found.
struct StackEntry {
  const ModuleUse* use = nullptr;
  const Module* module = nullptr;  // null when it is missing
  Slot slot = Slot::kCore;
  std::string path;  // "modules.core[0]"
};

class ManifestValidator {
 public:
  ManifestValidator(ParsedCatalog* parsed, const CatalogIndex& index, Manifest* manifest,
                    FileContext* file)
      : parsed_(parsed), index_(index), manifest_(manifest), file_(file) {}

  void Validate() {
    FindTemplate();
    FindBase();
    FindStack();
    CheckSlots();
    CheckStack();
    CheckVariables();
    CheckPlatforms();
  }

 private:
  void Report(const std::string& path, std::string what, std::string remedy) {
    file_->Report(file_->LineOf(path), path, std::move(what), std::move(remedy));
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
                               : absl::StrCat("there are ", ListSome(versions));
    return absl::StrCat("no ", kind, " ", Quoted(ref),
                        versions.empty() ? DidYouMean(ref, Keys(all)) : "");
  }

  void FindTemplate() {
    if (manifest_->template_name.empty()) return;
    const std::string ref = manifest_->template_name + "@" + manifest_->template_version;
    auto found = parsed_->catalog.templates.find(ref);
    if (found != parsed_->catalog.templates.end()) {
      template_ = &found->second;
      return;
    }
    std::string remedy;
    std::string what = NotThere("template", ref, parsed_->catalog.templates, &remedy);
    Report("template", what, remedy);
  }

  void FindBase() {
    if (manifest_->base.empty()) return;
    auto found = parsed_->catalog.bases.find(manifest_->base);
    if (found != parsed_->catalog.bases.end()) {
      base_ = &found->second;
      return;
    }
    Report("base",
           absl::StrCat("no base ", Quoted(manifest_->base),
                        DidYouMean(manifest_->base, Keys(parsed_->catalog.bases))),
           "name a base of this catalog");
  }

  static void AddOnce(Slot slot, std::vector<Slot>* slots) {
    if (std::find(slots->begin(), slots->end(), slot) == slots->end()) slots->push_back(slot);
  }

  void FindStack() {
    std::vector<Slot> order = {Slot::kSecurity, Slot::kCore, Slot::kLight, Slot::kApp};
    if (template_ != nullptr) {
      std::vector<Slot> wanted;
      for (const TemplateSlot& slot : template_->slots) AddOnce(slot.slot, &wanted);
      for (Slot slot : order) AddOnce(slot, &wanted);
      order = wanted;
    }
    for (Slot slot : order) {
      auto uses = manifest_->modules.find(slot);
      if (uses == manifest_->modules.end()) continue;
      for (size_t i = 0; i < uses->second.size(); ++i) AddEntry(uses->second[i], slot, i);
    }
  }

  void AddEntry(const ModuleUse& use, Slot slot, size_t index) {
    if (use.name.empty()) return;  // malformed, reported
    StackEntry entry{&use, nullptr, slot,
                     absl::StrCat("modules.", std::string(SlotName(slot)), "[", index, "]")};
    auto found = parsed_->catalog.modules.find(use.Ref());
    if (found != parsed_->catalog.modules.end()) {
      entry.module = &found->second;
    } else {
      std::string remedy;
      std::string what = NotThere("module", use.Ref(), parsed_->catalog.modules, &remedy);
      Report(entry.path, what, remedy);
    }
    stack_.push_back(entry);
  }

  void CheckSlots() {
    if (template_ == nullptr) return;
    for (const auto& [slot, uses] : manifest_->modules) {
      bool there = std::any_of(template_->slots.begin(), template_->slots.end(),
                               [s = slot](const TemplateSlot& known) { return known.slot == s; });
      if (there) continue;
      const std::string name(SlotName(slot));
      Report("modules." + name,
             absl::StrCat("template ", template_->Ref(), " has no slot ", Quoted(name)),
             "remove its modules, or choose a template that has it");
    }
    for (const TemplateSlot& slot : template_->slots) {
      auto uses = manifest_->modules.find(slot.slot);
      if (!slot.required || (uses != manifest_->modules.end() && !uses->second.empty())) continue;
      const std::string name(SlotName(slot.slot));
      Report("modules." + name,
             absl::StrCat("is empty, but template ", template_->Ref(), " requires it"),
             absl::StrCat("add a module of the slot ", name));
    }
  }

  void CheckStack() {
    std::map<std::string, const StackEntry*> below;
    for (const StackEntry& entry : stack_) {
      if (entry.module != nullptr) {
        CheckEntry(entry);
        CheckNeeds(entry, below);
      }
      auto [other, fresh] = below.emplace(entry.use->name, &entry);
      if (fresh) continue;
      Report(entry.path,
             absl::StrCat("module ", entry.use->name, " is in the stack twice, as ",
                          other->second->use->Ref(), " too"),
             "keep one of them");
    }
    for (const StackEntry& entry : stack_) {
      if (entry.module != nullptr) CheckConflicts(entry, below);
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

  static bool InRange(const std::string& range, const std::string& version) {
    absl::StatusOr<SemVerRange> parsed = SemVerRange::Parse(range);
    absl::StatusOr<SemVer> exact = ParseSemVer(version);
    // What is malformed was reported where it is written.
    return !parsed.ok() || !exact.ok() || parsed->Contains(*exact);
  }

  void CheckNeeds(const StackEntry& entry, const std::map<std::string, const StackEntry*>& below) {
    for (const auto& [name, range] : entry.module->needs) {
      auto found = below.find(name);
      if (found == below.end()) {
        bool above = std::any_of(stack_.begin(), stack_.end(), [n = name](const StackEntry& other) {
          return other.use->name == n;
        });
        Report(entry.path,
               absl::StrCat("module ", entry.use->Ref(), " needs ", name, " ", range,
                            above ? " below it" : ""),
               above ? absl::StrCat("list ", name, " before it")
                     : absl::StrCat("add ", Suggest(name, range)));
      } else if (!InRange(range, found->second->use->version)) {
        Report(entry.path,
               absl::StrCat("module ", entry.use->Ref(), " needs ", name, " ", range, ", not ",
                            found->second->use->version),
               absl::StrCat("use ", Suggest(name, range)));
      }
    }
  }

  // The newest version in the range, or the words of the range.
  std::string Suggest(const std::string& name, const std::string& range) {
    auto refs = index_.refs.find(name);
    if (refs != index_.refs.end()) {
      for (auto ref = refs->second.rbegin(); ref != refs->second.rend(); ++ref) {
        if (InRange(range, ref->substr(ref->find('@') + 1))) return *ref;
      }
    }
    return absl::StrCat("a version of ", name, " in ", range);
  }

  void CheckConflicts(const StackEntry& entry,
                      const std::map<std::string, const StackEntry*>& all) {
    for (const auto& [name, range] : entry.module->conflicts) {
      auto found = all.find(name);
      if (found == all.end() || !InRange(range, found->second->use->version)) continue;
      Report(
          entry.path,
          absl::StrCat("module ", entry.use->Ref(), " conflicts with ", found->second->use->Ref()),
          "remove one of them");
    }
  }

  // $NAME of a fragment that only a lower module, or the template, can give.
  void CheckVariables() {
    std::set<std::string> provided;
    for (const StackEntry& entry : stack_) {
      if (entry.module == nullptr) continue;
      for (const auto& [name, use] : parsed_->fragments.at(entry.use->Ref()).free) {
        bool configured =
            use.runtime && template_ != nullptr && template_->config.env.count(name) > 0;
        if (provided.count(name) > 0 || configured) continue;
        auto providers = index_.provided_by.find(name);
        bool known = providers != index_.provided_by.end();
        if (!known && !use.runtime) continue;  // reported at the fragment
        Report(entry.path,
               absl::StrCat("module ", entry.use->Ref(), " uses $", name,
                            ", which no lower module provides"),
               known ? absl::StrCat("add below it ",
                                    ListSome({providers->second.begin(), providers->second.end()}))
                     : absl::StrCat("set ", name,
                                    " in config.env of the template, or by ENV in the "
                                    "fragment"));
      }
      provided.insert(entry.module->provides.begin(), entry.module->provides.end());
    }
  }

  void CheckPlatforms() {
    if (base_ == nullptr) return;
    if (!manifest_->platforms.empty()) {
      for (const Platform& platform : manifest_->platforms) CheckOffer(platform);
      return;
    }
    if (file_->lines.count("platforms") > 0) return;  // malformed, reported
    for (const auto& [platform, unused] : base_->platforms) {
      bool offered =
          std::all_of(stack_.begin(), stack_.end(), [p = platform](const StackEntry& entry) {
            return entry.module == nullptr || Offers(*entry.module, p);
          });
      if (offered) manifest_->platforms.push_back(platform);
    }
    if (manifest_->platforms.empty() && !base_->platforms.empty()) {
      Report("platforms", "no platform is offered by the base and every module",
             "choose modules for one platform of the base");
    }
  }

  static bool Offers(const Module& module, const Platform& platform) {
    return std::find(module.platforms.begin(), module.platforms.end(), platform) !=
           module.platforms.end();
  }

  void CheckOffer(const Platform& platform) {
    const std::string text = platform.ToString();
    if (base_->platforms.count(platform) == 0) {
      std::vector<Platform> offered;
      for (const auto& [known, unused] : base_->platforms) offered.push_back(known);
      Report("platforms", absl::StrCat("base ", base_->name, " has no ", text),
             offered.empty() ? "remove it, or add it to the base"
                             : absl::StrCat("remove it; the base has ", PlatformList(offered)));
    }
    for (const StackEntry& entry : stack_) {
      if (entry.module == nullptr || Offers(*entry.module, platform)) continue;
      Report("platforms", absl::StrCat("module ", entry.use->Ref(), " does not offer ", text),
             absl::StrCat("remove it; the module offers ", PlatformList(entry.module->platforms)));
    }
  }

  ParsedCatalog* parsed_;
  const CatalogIndex& index_;
  Manifest* manifest_;
  FileContext* file_;
  const Template* template_ = nullptr;
  const Base* base_ = nullptr;
  std::vector<StackEntry> stack_;  // bottom first
};

}  // namespace

void ValidateManifests(ParsedCatalog* parsed, const CatalogIndex& index) {
  for (auto& [id, manifest] : parsed->catalog.manifests) {
    ManifestValidator(parsed, index, &manifest, &parsed->manifest_files.at(id)).Validate();
  }
}

}  // namespace lif
