// module.yaml and templates.
#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/catalog/file_parsers.h"
#include "common/catalog/semver.h"
#include "common/catalog/values.h"
#include "common/fragment/paths.h"
#include "common/fragment/words.h"

namespace lif {
namespace {

constexpr size_t kMaxArguments = 64;
constexpr size_t kMaxSecrets = 16;

bool IsRange(std::string_view text) {
  return SemVerRange::Parse(text).ok();
}

const TextRule& RangeRule() {
  static const TextRule kRule = {IsRange, "is not a range of versions",
                                 "write such as ^1.2.0, \">=1.2.0 <2.0.0\" or \"*\""};
  return kRule;
}

const TextRule& EnvNameRule() {
  static const TextRule kRule = {
      [](std::string_view text) { return IsVariableName(text) && text.size() <= 100; },
      "is not the name of an environment variable",
      "write letters, digits and '_', not starting with a digit"};
  return kRule;
}

const TextRule& LineRule() {
  static const TextRule kRule = {
      [](std::string_view text) { return text.size() <= 4096 && IsSingleLine(text); },
      "is not one line of at most 4096 bytes", "write it on one line"};
  return kRule;
}

const TextRule& LabelKeyRule() {
  static const TextRule kRule = {
      [](std::string_view text) {
        return IsLabelKey(text) && !absl::StartsWith(std::string(text), "io.lif.") &&
               !absl::StartsWith(std::string(text), "org.opencontainers.image.base.");
      },
      "can't be the key of a label",
      "write letters, digits, '.', '_', '-' and '/'; io.lif. and org.opencontainers.image.base. "
      "are "
      "lif's own"};
  return kRule;
}

std::vector<SecretRef> ReadSecrets(FieldReader* parent) {
  std::vector<SecretRef> secrets;
  FileContext& context = parent->context();
  const TextRule rule = {IsSecretToken, "is malformed",
                         "write letters, digits, '.', '_' and '-', at most 100"};
  parent->Items("secrets", /*required=*/false, [&](const YamlNode& item, const std::string& path) {
    FieldReader reader(item, path, &context);
    if (!reader.is_map() || secrets.size() == kMaxSecrets) return;
    SecretRef secret;
    secret.id = reader.Text("id", rule);
    secret.version = reader.Text("version", rule);
    reader.Finish();
    for (const SecretRef& other : secrets) {
      if (other.id != secret.id || secret.id.empty()) continue;
      context.Report(item.line, path + ".id", absl::StrCat(Quoted(secret.id), " is listed twice"),
                     "write it once");
    }
    secrets.push_back(secret);
  });
  std::sort(secrets.begin(), secrets.end(),
            [](const SecretRef& a, const SecretRef& b) { return a.id < b.id; });
  return secrets;
}

std::vector<std::string> ReadProvides(FieldReader* reader) {
  std::vector<std::string> names = reader->TextList("provides", /*required=*/false, EnvNameRule());
  names.erase(std::remove(names.begin(), names.end(), ""), names.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<TemplateSlot> ReadSlots(FieldReader* parent) {
  std::vector<TemplateSlot> slots;
  FileContext& context = parent->context();
  parent->Items("slots", /*required=*/true, [&](const YamlNode& item, const std::string& path) {
    FieldReader reader(item, path, &context);
    if (!reader.is_map()) return;
    const std::string field = path + ".slot";
    std::string name = reader.Text("slot");
    std::optional<Slot> slot = ReadSlotName(name, context.LineOf(field), field, &context);
    TemplateSlot read{slot.value_or(Slot::kCore), reader.OptionalBool("required", false),
                      reader.OptionalBool("stable", false)};
    reader.Finish();
    if (!slot) return;
    for (const TemplateSlot& other : slots) {
      if (other.slot != read.slot) continue;
      context.Report(context.LineOf(field), field, absl::StrCat(Quoted(name), " is listed twice"),
                     "write each slot once");
    }
    slots.push_back(read);
  });
  return slots;
}

std::optional<std::vector<std::string>> ReadExec(FieldReader* reader, const char* key,
                                                 const YamlNode& node) {
  if (node.Find(key) == nullptr) {
    reader->TextList(key, /*required=*/false);  // known, though absent
    return std::nullopt;
  }
  return reader->TextList(key, /*required=*/false, LineRule());
}

std::vector<std::string> ReadExpose(FieldReader* reader) {
  FileContext& context = reader->context();
  std::vector<std::string> ports;
  reader->Items("expose", /*required=*/false, [&](const YamlNode& item, const std::string& path) {
    std::string text = reader->NodeText(item, path, {});
    if (text.empty()) return;
    if (text.find('/') == std::string::npos) text += "/tcp";
    if (!IsPortAndProtocol(text)) {
      context.Report(item.line, path, absl::StrCat(Quoted(text), " is not a port"),
                     "write 1 to 65535 with /tcp or /udp, such as 8080/tcp");
      return;
    }
    ports.push_back(text);
  });
  return ports;
}

ImageConfig ReadConfig(const YamlNode& node, FileContext* context) {
  FieldReader reader(node, "config", context);
  ImageConfig config;
  if (!reader.is_map()) return config;
  config.user = reader.OptionalText(
      "user",
      {IsUser, "is not a user", "write user, user:group, or numbers such as \"10001:10001\""});
  config.workdir = reader.OptionalText(
      "workdir", {IsPlainAbsolutePath, "is not a plain absolute path",
                  "write one that starts with '/', of letters, digits and . _ @ + -"});
  config.entrypoint = ReadExec(&reader, "entrypoint", node);
  config.command = ReadExec(&reader, "command", node);
  config.env = reader.TextMap("env", EnvNameRule(), LineRule());
  config.labels = reader.TextMap("labels", LabelKeyRule(), LineRule());
  config.expose = ReadExpose(&reader);
  reader.Finish();
  return config;
}

}  // namespace

Module ParseModule(const YamlNode& root, FileContext* context) {
  FieldReader reader(root, "", context);
  Module module;
  if (!reader.is_map()) return module;
  module.name = reader.Text("name", NameRule());
  module.version = reader.Text("version", VersionRule());
  std::string slot = reader.Text("slot");
  module.slot = ReadSlotName(slot, context->LineOf("slot"), "slot", context).value_or(Slot::kCore);
  module.summary = reader.Text("summary", SummaryRule());
  module.args = reader.TextMap("args", ArgumentNameRule(), SafeValueRule());
  module.platforms = ReadPlatforms(&reader, "platforms");
  if (module.platforms.empty()) module.platforms = {{"linux", "amd64"}, {"linux", "arm64"}};
  module.requires_ = ReadCapabilities(&reader, "requires");
  module.needs = reader.TextMap("needs", NameRule(), RangeRule());
  module.conflicts = reader.TextMap("conflicts", NameRule(), RangeRule());
  module.provides = ReadProvides(&reader);
  module.tests = ReadTests(&reader);
  module.secrets = ReadSecrets(&reader);
  reader.Finish();
  if (module.args.size() > kMaxArguments) {
    context->Report(context->LineOf("args"), "args",
                    absl::StrCat("has more than ", kMaxArguments, " arguments"), "write fewer");
  }
  return module;
}

Template ParseTemplate(const YamlNode& root, FileContext* context) {
  FieldReader reader(root, "", context);
  Template result;
  if (!reader.is_map()) return result;
  result.name = reader.Text("name", NameRule());
  result.version = reader.Text("version", VersionRule());
  result.summary = reader.Text("summary", SummaryRule());
  result.slots = ReadSlots(&reader);
  reader.Entries("config", /*required=*/false, [](const YamlNode::Entry&, const std::string&) {});
  const YamlNode* config = root.Find("config");
  if (config != nullptr && config->kind == YamlNode::Kind::kMap) {
    result.config = ReadConfig(*config, context);
  }
  result.tests = ReadTests(&reader);
  reader.Finish();
  return result;
}

}  // namespace lif
