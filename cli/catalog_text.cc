#include "cli/catalog_text.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/slot_text.h"
#include "cli/table.h"
#include "cli/text.h"

namespace lif {
namespace {

// "A=1 B=2", by name.
std::string MapText(const google::protobuf::Map<std::string, std::string>& map, const char* between,
                    const char* separator) {
  const std::map<std::string, std::string> sorted(map.begin(), map.end());
  std::vector<std::string> parts;
  for (const auto& [key, value] : sorted) parts.push_back(absl::StrCat(key, between, value));
  return absl::StrJoin(parts, separator);
}

std::string TestsText(const google::protobuf::RepeatedPtrField<v1::ImageTest>& tests) {
  std::vector<std::string> lines;
  for (const v1::ImageTest& test : tests) {
    std::string line = absl::StrCat(test.name(), ": ", absl::StrJoin(test.run(), " "));
    for (char& c : line) c = c == '\n' ? ' ' : c;
    lines.push_back(std::move(line));
  }
  return absl::StrJoin(lines, "\n");
}

std::string FilesText(const google::protobuf::RepeatedPtrField<v1::ModuleFile>& files) {
  std::vector<std::string> lines;
  for (const v1::ModuleFile& file : files) {
    lines.push_back(absl::StrCat(file.path(), "  ", SizeText(file.size()),
                                 file.executable() ? ", executable" : ""));
  }
  return absl::StrJoin(lines, "\n");
}

std::string SecretsText(const google::protobuf::RepeatedPtrField<v1::SecretRef>& secrets) {
  std::vector<std::string> parts;
  for (const v1::SecretRef& secret : secrets) {
    parts.push_back(absl::StrCat(secret.id(), " version ", secret.version()));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace

std::string RenderManifestList(
    const google::protobuf::RepeatedPtrField<v1::ManifestSummary>& manifests, const Style& style,
    size_t width) {
  Table table{
      {{"MANIFEST"}, {"TEMPLATE"}, {"BASE"}, {"PLATFORMS"}, {"NEEDS"}, {"SUMMARY", false, true}},
      {}};
  for (const v1::ManifestSummary& manifest : manifests) {
    table.rows.push_back({{manifest.id(), Tone::kStrong},
                          manifest.template_ref(),
                          manifest.base(),
                          absl::StrJoin(manifest.platforms(), ","),
                          absl::StrJoin(manifest.capabilities(), ","),
                          {manifest.summary(), Tone::kDim}});
  }
  return RenderTable(table, style, width);
}

std::string RenderManifest(const v1::GetManifestResponse& response, const Style& style,
                           size_t width) {
  const v1::Manifest& manifest = response.manifest();
  std::string out =
      absl::StrCat(style.Paint(Tone::kStrong, manifest.id()), "  ", manifest.summary(), "\n");
  out += RenderFields({{"template", manifest.template_ref()},
                       {"base", manifest.base()},
                       {"platforms", absl::StrJoin(manifest.platforms(), ", ")},
                       {"needs", absl::StrJoin(manifest.capabilities(), ", ")},
                       {"digest", {manifest.digest(), Tone::kDim}},
                       {"template tests", TestsText(response.template_().tests())}},
                      style);
  Table stack{{{"SLOT"}, {"MODULE"}, {"TESTS", true}, {"ARGUMENTS"}, {"SUMMARY", false, true}}, {}};
  for (const v1::ResolvedModule& layer : response.stack()) {
    const v1::Module& module = layer.module();
    stack.rows.push_back({SlotText(module.slot()),
                          {absl::StrCat(module.name(), "@", module.version()), Tone::kStrong},
                          absl::StrCat(module.tests_size()),
                          MapText(layer.args(), "=", " "),
                          {module.summary(), Tone::kDim}});
  }
  absl::StrAppend(&out, "\n", style.Paint(Tone::kStrong, "stack, bottom first"), "\n",
                  RenderTable(stack, style, width));
  Table identities{{{"PLATFORM"}, {"POOL"}, {"BUILD KEY"}, {"BASE IMAGE", false, true}}, {}};
  for (const v1::PlatformIdentity& identity : response.identities()) {
    identities.rows.push_back({identity.platform(),
                               identity.pool(),
                               {identity.build_key().substr(0, 16), Tone::kDim},
                               {identity.base_image(), Tone::kDim}});
  }
  absl::StrAppend(&out, "\n", style.Paint(Tone::kStrong, "platforms"), "\n",
                  RenderTable(identities, style, width));
  return out;
}

std::string RenderModule(const v1::Module& module, const Style& style) {
  std::string out =
      absl::StrCat(style.Paint(Tone::kStrong, absl::StrCat(module.name(), "@", module.version())),
                   "  ", module.summary(), "\n");
  out += RenderFields({{"slot", SlotText(module.slot())},
                       {"platforms", absl::StrJoin(module.platforms(), ", ")},
                       {"capabilities", absl::StrJoin(module.capabilities(), ", ")},
                       {"arguments", MapText(module.args(), "=", "\n")},
                       {"needs", MapText(module.needs(), " ", "\n")},
                       {"conflicts", MapText(module.conflicts(), " ", "\n")},
                       {"provides", absl::StrJoin(module.provides(), ", ")},
                       {"secrets", SecretsText(module.secrets())},
                       {"files", FilesText(module.files())},
                       {"tests", TestsText(module.tests())}},
                      style);
  absl::StrAppend(&out, "\n", style.Paint(Tone::kStrong, "fragment.Dockerfile"), "\n",
                  module.fragment());
  if (out.back() != '\n') out.push_back('\n');
  return out;
}

}  // namespace lif
