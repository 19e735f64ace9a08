#include "common/fragment/run_mount.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/near_match.h"
#include "common/fragment/paths.h"

namespace lif {
namespace {

constexpr char kField[] = "RUN --mount";

struct Option {
  std::string name;
  std::string value;
};

std::vector<Option> SplitOptions(std::string_view value) {
  std::vector<Option> options;
  const std::vector<std::string> parts = absl::StrSplit(std::string(value), ',');
  for (const std::string& part : parts) {
    size_t equals = part.find('=');
    bool has_value = equals != std::string::npos;
    options.push_back(
        {absl::AsciiStrToLower(part.substr(0, equals)), has_value ? part.substr(equals + 1) : ""});
  }
  return options;
}

bool IsOctal(std::string_view text) {
  return text.size() >= 3 && text.size() <= 4 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.size() <= 9 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> AllowedOptions(MountType type) {
  if (type == MountType::kTmpfs) return {"target", "size"};
  return {"target", "uid", "gid", "mode"};
}

// Options that BuildKit has and a fragment must not use, each with its own answer.
std::string RemedyFor(const std::string& name, MountType type) {
  if (name == "id") {
    return type == MountType::kSecret
               ? "leave it out: the last part of target names the secret of module.yaml"
               : "leave it out: lif names the cache after platform, trust domain and module";
  }
  if (name == "from" || name == "source" || name == "src") {
    return "leave it out: a fragment reads only files/, with COPY --from=module";
  }
  if (name == "sharing") return "leave it out: lif sets sharing=locked";
  if (name == "required") return "leave it out: every secret is required";
  if (name == "dst" || name == "destination") return "write target=";
  if (name == "env") return "write target=/run/secrets/<id> and read the file";
  return "";
}

std::optional<MountType> ReadType(const std::vector<Option>& options, int line,
                                  std::vector<Problem>* problems) {
  for (const Option& option : options) {
    if (option.name != "type") continue;
    if (option.value == "cache") return MountType::kCache;
    if (option.value == "secret") return MountType::kSecret;
    if (option.value == "tmpfs") return MountType::kTmpfs;
    problems->push_back({"", line, kField,
                         absl::StrCat("type ", Quoted(option.value), " is not allowed"),
                         option.value == "bind" ? "write COPY --from=module to bring files in"
                                                : "write type=cache, type=secret or type=tmpfs"});
    return std::nullopt;
  }
  problems->push_back({"", line, kField, "has no type, which means a bind mount",
                       "write type=cache, type=secret or type=tmpfs"});
  return std::nullopt;
}

void CheckValue(const Option& option, int line, std::vector<Problem>* problems) {
  bool good = true;
  std::string remedy;
  if (option.name == "mode") {
    good = IsOctal(option.value);
    remedy = "write three or four octal digits, as in mode=0755";
  } else if (option.name == "uid" || option.name == "gid") {
    good = IsNumber(option.value);
    remedy = "write a number";
  } else if (option.name == "size") {
    good = IsNumber(option.value);
    remedy = "write a number of bytes";
  }
  if (good) return;
  problems->push_back(
      {"", line, kField, absl::StrCat(option.name, "=", option.value, " is malformed"), remedy});
}

void CheckTarget(RunMount* mount, const std::set<std::string>& secrets, int line,
                 std::vector<Problem>* problems) {
  if (!IsPlainAbsolutePath(mount->target) || mount->target == "/") {
    problems->push_back(
        {"", line, kField,
         mount->target.empty() ? "has no target"
                               : absl::StrCat("target ", Quoted(mount->target), " is not usable"),
         "write an absolute path below / without '..', such as target=/var/cache/apt"});
    return;
  }
  if (mount->type != MountType::kSecret) return;
  mount->secret = mount->target.substr(mount->target.rfind('/') + 1);
  if (secrets.count(mount->secret) > 0) return;
  problems->push_back(
      {"", line, kField,
       absl::StrCat("secret ", Quoted(mount->secret), " is not in module.yaml",
                    DidYouMean(mount->secret, {secrets.begin(), secrets.end()})),
       "declare it under secrets, or name a declared one as the last part of target"});
}

}  // namespace

RunMount ParseRunMount(std::string_view value, const std::set<std::string>& secrets, int line,
                       std::vector<Problem>* problems) {
  RunMount mount;
  const std::vector<Option> options = SplitOptions(value);
  std::optional<MountType> type = ReadType(options, line, problems);
  if (!type) return mount;
  mount.type = *type;
  const std::vector<std::string> allowed = AllowedOptions(mount.type);
  std::set<std::string> seen;
  for (const Option& option : options) {
    if (!seen.insert(option.name).second) {
      problems->push_back(
          {"", line, kField, absl::StrCat("has ", Quoted(option.name), " twice"), "write it once"});
      continue;
    }
    if (option.name == "type") continue;
    if (std::find(allowed.begin(), allowed.end(), option.name) == allowed.end()) {
      std::string remedy = RemedyFor(option.name, mount.type);
      problems->push_back({"", line, kField,
                           absl::StrCat("option ", Quoted(option.name), " is not allowed",
                                        remedy.empty() ? DidYouMean(option.name, allowed) : ""),
                           remedy.empty()
                               ? absl::StrCat("write only type, ", absl::StrJoin(allowed, ", "))
                               : remedy});
      continue;
    }
    CheckValue(option, line, problems);
    if (option.name == "target") {
      mount.target = option.value;
    } else {
      mount.options[option.name] = option.value;
    }
  }
  CheckTarget(&mount, secrets, line, problems);
  return mount;
}

}  // namespace lif
