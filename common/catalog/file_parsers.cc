// catalog.yaml, bases and manifests.
#include "common/catalog/file_parsers.h"

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/catalog/values.h"

namespace lif {
namespace {

constexpr int64_t kLastEpoch = 4102444800;  // 2100-01-01; SOURCE_DATE_EPOCH beyond is a mistake
constexpr size_t kMaxModulesInStack = 64;

bool IsDigest(std::string_view text) {
  return CheckOciDigest(text).ok();
}

// "repository[:tag]"; a digest belongs under its own key.
void ReadImage(const std::string& text, const std::string& path, int line, BaseSource* source,
               FileContext* context) {
  if (text.empty()) return;
  size_t slash = text.rfind('/');
  size_t colon = text.find(':', slash == std::string::npos ? 0 : slash);
  source->image = text.substr(0, colon);
  source->tag = colon == std::string::npos ? "" : text.substr(colon + 1);
  bool tagged = colon != std::string::npos;
  if (IsImageRepository(source->image) && (!tagged || IsImageTag(source->tag))) return;
  context->Report(line, path, absl::StrCat(Quoted(text), " is not an image"),
                  text.find('@') != std::string::npos
                      ? "write [registry/]repository[:tag], and the digest under digest:"
                      : "write [registry/]repository[:tag] in lower case");
  source->image.clear();
}

void ReadBasePlatform(const YamlNode::Entry& entry, const std::string& path, bool pinned,
                      ParsedBase* parsed, FileContext* context) {
  absl::StatusOr<Platform> platform = ParsePlatform(entry.key);
  if (!platform.ok()) {
    context->Report(entry.line, path, "is not a platform", "write linux/amd64 or linux/arm64");
    return;
  }
  FieldReader reader(entry.value, path, context);
  if (!reader.is_map()) return;
  BaseSource source;
  source.line = entry.line;
  std::string image = reader.Text("image");
  ReadImage(image, path + ".image", context->LineOf(path + ".image"), &source, context);
  std::optional<std::string> digest = reader.OptionalText(
      "digest",
      {IsDigest, "is not a digest", "write sha256: and 64 lower-case hexadecimal digits"});
  reader.Finish();
  source.digest = digest.value_or("");
  if (!digest && pinned) {
    context->Report(entry.line, path + ".digest", "is missing: the base is not pinned",
                    absl::StrCat("run lif catalog update-base ",
                                 parsed->base.name.empty() ? "NAME" : parsed->base.name,
                                 " --into DIR, and publish DIR"));
  }
  if (!source.image.empty()) {  // unpinned ones too, so that manifests are not blamed
    parsed->base.platforms[*platform] = {source.image, source.digest};
  }
  parsed->sources[*platform] = source;
}

ModuleUse ReadUse(const YamlNode& item, const std::string& path, FieldReader* parent) {
  FileContext& context = parent->context();
  ModuleUse use;
  if (item.kind == YamlNode::Kind::kText) {
    std::tie(use.name, use.version) =
        SplitReference(parent->NodeText(item, path, {}), item.line, path, &context);
    return use;
  }
  FieldReader reader(item, path, &context);
  if (!reader.is_map()) return use;
  const std::string field = path + ".module";
  const std::string reference = reader.Text("module");
  std::tie(use.name, use.version) =
      SplitReference(reference, context.LineOf(field), field, &context);
  use.args = reader.TextMap("args", {}, SafeValueRule());
  reader.Finish();
  return use;
}

}  // namespace

CatalogHeader ParseCatalogHeader(const YamlNode& root, FileContext* context) {
  FieldReader reader(root, "", context);
  CatalogHeader header;
  if (!reader.is_map()) return header;
  header.schema = static_cast<int>(reader.Integer("schema", 1, 1).value_or(1));
  header.name = reader.Text("name", NameRule());
  header.variables = reader.TextMap(
      "variables",
      {IsCatalogVariable, "is not the name of a variable", "write [a-z][a-z0-9_]*, at most 64"},
      SafeValueRule());
  reader.Finish();
  return header;
}

ParsedBase ParseBase(const YamlNode& root, bool pinned, FileContext* context) {
  FieldReader reader(root, "", context);
  ParsedBase parsed;
  if (!reader.is_map()) return parsed;
  parsed.base.name = reader.Text("name", NameRule());
  parsed.base.epoch = reader.Integer("epoch", 0, kLastEpoch).value_or(0);
  reader.Entries("platforms", /*required=*/true,
                 [&](const YamlNode::Entry& entry, const std::string& path) {
                   ReadBasePlatform(entry, path, pinned, &parsed, context);
                 });
  reader.Finish();
  return parsed;
}

Manifest ParseManifest(const YamlNode& root, FileContext* context) {
  FieldReader reader(root, "", context);
  Manifest manifest;
  if (!reader.is_map()) return manifest;
  manifest.id = reader.Text("id", NameRule());
  manifest.summary = reader.Text("summary", SummaryRule());
  const std::string reference = reader.Text("template");
  std::tie(manifest.template_name, manifest.template_version) =
      SplitReference(reference, context->LineOf("template"), "template", context);
  manifest.base = reader.Text("base", NameRule());
  manifest.platforms = ReadPlatforms(&reader, "platforms");
  manifest.requires_ = ReadCapabilities(&reader, "requires");
  size_t count = 0;
  reader.Entries("modules", /*required=*/true,
                 [&](const YamlNode::Entry& entry, const std::string& path) {
                   std::optional<Slot> slot = ReadSlotName(entry.key, entry.line, path, context);
                   if (!slot) return;
                   YamlNode wrapper;
                   wrapper.kind = YamlNode::Kind::kMap;
                   wrapper.line = entry.line;
                   wrapper.entries.push_back(entry);
                   FieldReader slots(wrapper, "modules", context);
                   std::vector<ModuleUse>& uses = manifest.modules[*slot];
                   slots.Items(entry.key.c_str(), /*required=*/false,
                               [&](const YamlNode& item, const std::string& item_path) {
                                 if (++count <= kMaxModulesInStack)
                                   uses.push_back(ReadUse(item, item_path, &slots));
                               });
                 });
  reader.Finish();
  if (count > kMaxModulesInStack) {
    context->Report(context->LineOf("modules"), "modules",
                    absl::StrCat("has ", count, " modules; the limit is ", kMaxModulesInStack),
                    "join modules that always go together");
  }
  return manifest;
}

}  // namespace lif
