#include "common/plan/change_reason.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace lif {
namespace {

constexpr size_t kShownDigest = 12;  // hex digits
constexpr size_t kShownArguments = 3;

struct Ref {
  std::string name;
  std::string version;
};

Ref Split(const std::string& module_ref) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(module_ref, absl::MaxSplits('@', 1));
  return {parts.first, parts.second};
}

std::string ModuleWords(const ChainLayer& layer, const std::string& name) {
  return absl::StrCat(std::string(SlotName(layer.slot)), " module ", name);
}

// "registry/debian@sha256:0123456789ab…" → "sha256:0123456789ab"
std::string ShortDigest(const std::string& image) {
  const size_t at = image.rfind("sha256:");
  return at == std::string::npos ? image : image.substr(at, 7 + kShownDigest);
}

// A base is its content: the same digest from another repository is the same.
std::string BaseChange(const Chain& now, const Chain& last) {
  if (ShortDigest(now.base_image) != ShortDigest(last.base_image) && !last.base_image.empty()) {
    if (now.base != last.base) return absl::StrCat("base changed ", last.base, " → ", now.base);
    return absl::StrCat("base ", now.base, " changed ", ShortDigest(last.base_image), " → ",
                        ShortDigest(now.base_image));
  }
  if (now.recipe_digest != last.recipe_digest && !last.recipe_digest.empty()) {
    return "the recipe changed (stitch version, network mode, engine, compression or base epoch)";
  }
  return "";
}

std::string ArgumentChange(const ChainLayer& now, const ChainLayer& last, const std::string& name) {
  std::vector<std::string> changes;
  for (const auto& [argument, value] : now.args) {
    const auto before = last.args.find(argument);
    if (before == last.args.end() || before->second == value) continue;
    changes.push_back(absl::StrCat(argument, " ", before->second, " → ", value));
  }
  if (changes.empty()) return absl::StrCat(ModuleWords(now, name), " has other content");
  const size_t more = changes.size() - std::min(changes.size(), kShownArguments);
  changes.resize(changes.size() - more);
  return absl::StrCat(changes.size() + more == 1 ? "argument of " : "arguments of ",
                      ModuleWords(now, name), " changed: ", absl::StrJoin(changes, ", "),
                      more == 0 ? "" : absl::StrCat(" and ", more, " more"));
}

// What `last` has of the same module, in whatever version.
const ChainLayer* SameModule(const Chain& chain, const std::string& name) {
  for (const ChainLayer& layer : chain.layers) {
    if (Split(layer.module_ref).name == name) return &layer;
  }
  return nullptr;
}

// What changed in the layer itself; "" when it is only what it stands on.
std::string OwnChange(const ChainLayer& now, const Chain& last, bool below_changed) {
  const Ref ref = Split(now.module_ref);
  const ChainLayer* before = SameModule(last, ref.name);
  if (before == nullptr) {
    return absl::StrCat(ModuleWords(now, ref.name), "@", ref.version, " is new in the stack");
  }
  const Ref old = Split(before->module_ref);
  const bool known = !now.layer_digest.empty() && !before->layer_digest.empty();
  if (known && now.layer_digest == before->layer_digest) return "";
  if (old.version != ref.version) {
    return absl::StrCat(ModuleWords(now, ref.name), " changed ", old.version, " → ", ref.version);
  }
  if (known) return ArgumentChange(now, *before, ref.name);
  if (below_changed) return "";
  return absl::StrCat("an argument or the content of ", ModuleWords(now, ref.name), " changed");
}

// For a layer that is itself the same, on others that are the same: something left the stack.
std::string StackChange(const Chain& now, const Chain& last) {
  for (const ChainLayer& layer : last.layers) {
    const Ref ref = Split(layer.module_ref);
    if (SameModule(now, ref.name) == nullptr) {
      return absl::StrCat(ModuleWords(layer, ref.name), "@", ref.version, " left the stack");
    }
  }
  return "the order of the modules changed";
}

}  // namespace

std::vector<std::string> ExplainChanges(const Chain& now, const Chain& last) {
  std::vector<std::string> reasons;
  std::string cause = BaseChange(now, last);  // the lowest change so far
  for (size_t i = 0; i < now.layers.size(); ++i) {
    const ChainLayer& layer = now.layers[i];
    if (i < last.layers.size() && last.layers[i].key == layer.key) {
      reasons.emplace_back();
      cause.clear();  // an equal key is an equal base, recipe and everything below
      continue;
    }
    std::string own = OwnChange(layer, last, !cause.empty());
    if (own.empty() && cause.empty()) cause = StackChange(now, last);
    if (own.empty()) {
      reasons.push_back(absl::StrCat("stands on a change: ", cause));
    } else {
      if (cause.empty()) cause = own;
      reasons.push_back(std::move(own));
    }
  }
  return reasons;
}

}  // namespace lif
