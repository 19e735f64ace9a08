#include "controlplane/diff_parts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace lif {
namespace {

constexpr size_t kShownKey = 12;  // hex digits

using Values = std::map<std::string, std::string>;

std::string NameOf(const std::string& module_ref) {
  return module_ref.substr(0, module_ref.find('@'));
}

void AddChanged(const std::string& what, const std::string& name, const std::string& a,
                const std::string& b, BuildDiff* diff) {
  if (a != b) diff->items.push_back({what, name, Change::kChanged, a, b});
}

// By name.
void CompareValues(const std::string& what, const Values& a, const Values& b, BuildDiff* diff) {
  std::set<std::string> names;
  for (const auto& [name, value] : a) names.insert(name);
  for (const auto& [name, value] : b) names.insert(name);
  for (const std::string& name : names) {
    const auto in_a = a.find(name);
    const auto in_b = b.find(name);
    if (in_a == a.end()) {
      diff->items.push_back({what, name, Change::kAdded, "", in_b->second});
    } else if (in_b == b.end()) {
      diff->items.push_back({what, name, Change::kRemoved, in_a->second, ""});
    } else {
      AddChanged(what, name, in_a->second, in_b->second, diff);
    }
  }
}

// ["/bin/sh", "-c"]
std::string ListText(const std::vector<std::string>& items) {
  return absl::StrCat("[",
                      absl::StrJoin(items, ", ",
                                    [](std::string* out, const std::string& item) {
                                      absl::StrAppend(out, "\"", absl::Utf8SafeCEscape(item), "\"");
                                    }),
                      "]");
}

Values ConfigOf(const ResolvedManifest& manifest) {
  const ImageConfig& config = manifest.image_template.config;
  Values values;
  if (config.user) values["user"] = *config.user;
  if (config.workdir) values["workdir"] = *config.workdir;
  if (config.entrypoint) values["entrypoint"] = ListText(*config.entrypoint);
  if (config.command) values["command"] = ListText(*config.command);
  if (!config.expose.empty()) values["expose"] = ListText(config.expose);
  const std::vector<std::string> capabilities = RequiredCapabilities(manifest);
  if (!capabilities.empty()) values["requires"] = ListText(capabilities);
  for (const auto& [name, value] : config.env) values["env " + name] = value;
  for (const auto& [name, value] : config.labels) values["label " + name] = value;
  return values;
}

std::string TestText(const ImageTest& test) {
  std::string text = ListText(test.run);
  if (test.expect_stdout) absl::StrAppend(&text, " expects \"", *test.expect_stdout, "\"");
  absl::StrAppend(&text, " within ", absl::FormatDuration(test.timeout));
  if (test.network == TestNetwork::kLoopback) absl::StrAppend(&text, " on loopback");
  return text;
}

// "module/test" → what it runs
Values TestsOf(const ResolvedManifest& manifest) {
  Values values;
  for (const ResolvedModule& part : manifest.stack) {
    for (const ImageTest& test : part.module.tests) {
      values[absl::StrCat(part.module.name, "/", test.name)] = TestText(test);
    }
  }
  for (const ImageTest& test : manifest.image_template.tests) {
    values[absl::StrCat("template/", test.name)] = TestText(test);
  }
  return values;
}

std::string BaseText(const Base& base, const Platform& platform) {
  const auto found = base.platforms.find(platform);
  return found == base.platforms.end() ? base.name : base.name + " " + found->second.digest;
}

const ResolvedModule* FindModule(const ResolvedManifest& manifest, const std::string& name) {
  for (const ResolvedModule& part : manifest.stack) {
    if (part.module.name == name) return &part;
  }
  return nullptr;
}

// Bottom first: what left, where it stood in `a`, after what is there in `b`.
void CompareModules(const ResolvedManifest& a, const ResolvedManifest& b, BuildDiff* diff) {
  for (const ResolvedModule& part : b.stack) {
    const std::string& name = part.module.name;
    if (const ResolvedModule* old = FindModule(a, name)) {
      AddChanged("module", name, old->module.version, part.module.version, diff);
    } else {
      diff->items.push_back({"module", name, Change::kAdded, "", part.module.version});
    }
  }
  for (const ResolvedModule& part : a.stack) {
    if (FindModule(b, part.module.name) != nullptr) continue;
    diff->items.push_back({"module", part.module.name, Change::kRemoved, part.module.version, ""});
  }
}

// Of modules that both have.
void CompareArguments(const ResolvedManifest& a, const ResolvedManifest& b, BuildDiff* diff) {
  for (const ResolvedModule& part : b.stack) {
    const ResolvedModule* old = FindModule(a, part.module.name);
    if (old == nullptr) continue;
    Values before, now;
    for (const auto& [name, value] : old->args) before[part.module.name + "." + name] = value;
    for (const auto& [name, value] : part.args) now[part.module.name + "." + name] = value;
    CompareValues("argument", before, now, diff);
  }
}

std::string LayerText(const DiffLayer& layer) {
  return absl::StrCat(layer.module_ref, " ", layer.key.substr(0, kShownKey));
}

struct PackageId {
  std::string type, name, arch;
  auto operator<=>(const PackageId&) const = default;
};

std::map<PackageId, std::set<std::string>> ByName(const std::vector<Package>& packages) {
  std::map<PackageId, std::set<std::string>> versions;
  for (const Package& package : packages) {
    versions[{package.type, package.name, package.arch}].insert(package.version);
  }
  return versions;
}

std::string PackageText(const PackageId& id) {
  return absl::StrCat(id.type, " ", id.name, id.arch.empty() ? "" : ":", id.arch);
}

}  // namespace

void CompareManifests(const ResolvedManifest& a, const ResolvedManifest& b,
                      const Platform& platform_a, const Platform& platform_b, BuildDiff* diff) {
  AddChanged("platform", "platform", platform_a.ToString(), platform_b.ToString(), diff);
  AddChanged("template", b.image_template.name, a.image_template.Ref(), b.image_template.Ref(),
             diff);
  AddChanged("base", b.base.name, BaseText(a.base, platform_a), BaseText(b.base, platform_b), diff);
  CompareModules(a, b, diff);
  CompareArguments(a, b, diff);
  CompareValues("config", ConfigOf(a), ConfigOf(b), diff);
  CompareValues("test", TestsOf(a), TestsOf(b), diff);
}

void CompareLayers(const std::vector<DiffLayer>& a, const std::vector<DiffLayer>& b,
                   BuildDiff* diff) {
  size_t shared = 0;
  while (shared < a.size() && shared < b.size() && a[shared].key == b[shared].key) ++shared;
  diff->shared_layers = static_cast<int>(shared);
  diff->layers_a = static_cast<int>(a.size());
  diff->layers_b = static_cast<int>(b.size());
  const auto find = [shared](const std::vector<DiffLayer>& layers, const DiffLayer& other) {
    return std::find_if(layers.begin() + static_cast<ptrdiff_t>(shared), layers.end(),
                        [&other](const DiffLayer& layer) {
                          return NameOf(layer.module_ref) == NameOf(other.module_ref);
                        });
  };
  for (size_t i = shared; i < b.size(); ++i) {
    const auto old = find(a, b[i]);
    const std::string name = NameOf(b[i].module_ref);
    if (old == a.end()) {
      diff->items.push_back({"layer", name, Change::kAdded, "", LayerText(b[i])});
    } else {
      AddChanged("layer", name, LayerText(*old), LayerText(b[i]), diff);
    }
  }
  for (size_t i = shared; i < a.size(); ++i) {
    if (find(b, a[i]) != b.end()) continue;
    diff->items.push_back(
        {"layer", NameOf(a[i].module_ref), Change::kRemoved, LayerText(a[i]), ""});
  }
}

void ComparePackages(const std::vector<Package>& a, const std::vector<Package>& b,
                     BuildDiff* diff) {
  const auto before = ByName(a);
  const auto now = ByName(b);
  Values values_a, values_b;
  for (const auto& [id, versions] : before) {
    values_a[PackageText(id)] = absl::StrJoin(versions, ", ");
    const auto found = now.find(id);
    if (found != now.end() && found->second == versions) ++diff->shared_packages;
  }
  for (const auto& [id, versions] : now) values_b[PackageText(id)] = absl::StrJoin(versions, ", ");
  CompareValues("package", values_a, values_b, diff);
}

}  // namespace lif
