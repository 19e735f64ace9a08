// A whole catalog directory. The input has sections "=== path" that replace or add files of a good
// catalog; what then has no problem must resolve, render and survive its JSON form.
#include <algorithm>
#include <filesystem>
#include <map>

#include "common/base/file_util.h"
#include "common/catalog/catalog_json.h"
#include "common/catalog/catalog_loader.h"
#include "common/catalog/digests.h"
#include "common/catalog/resolve.h"
#include "common/stitch/dockerfile.h"
#include "tests/fuzz/problem_rules.h"
#include "tests/unit/catalog/catalog_fixture.h"

namespace lif {
namespace {

constexpr size_t kMaxSections = 6;

bool IsPlainPath(std::string_view path) {
  if (path.empty() || path.size() > 80 || path[0] == '/' || path.back() == '/') return false;
  if (path.find("..") != std::string_view::npos) return false;
  return std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-/").find(c) != std::string_view::npos;
  });
}

std::map<std::string, std::string> Sections(std::string_view input) {
  constexpr std::string_view kMark = "=== ";
  std::map<std::string, std::string> sections;
  std::string path;
  while (!input.empty() && sections.size() <= kMaxSections) {
    const size_t end = std::min(input.find('\n'), input.size() - 1);
    const std::string_view line = input.substr(0, end + 1);
    input.remove_prefix(end + 1);
    if (line.substr(0, kMark.size()) == kMark) {
      path = line.substr(kMark.size(), line.size() - kMark.size() - 1);
      if (!IsPlainPath(path)) path.clear();
      if (!path.empty()) sections[path];
    } else if (!path.empty()) {
      sections[path].append(line);
    }
  }
  return sections;
}

template <typename T>
void RequireSameAfterJson(const T& value, absl::StatusOr<T> (*from_json)(std::string_view)) {
  const absl::StatusOr<T> read = from_json(ToJson(value));
  FuzzRequire(read.ok() && *read == value, "what is published is what was checked");
}

void RequireBuildable(const Catalog& catalog) {
  for (const auto& [ref, module] : catalog.modules) RequireSameAfterJson(module, &ModuleFromJson);
  for (const auto& [name, base] : catalog.bases) RequireSameAfterJson(base, &BaseFromJson);
  for (const auto& [ref, item] : catalog.templates) RequireSameAfterJson(item, &TemplateFromJson);
  for (const auto& [id, manifest] : catalog.manifests) {
    RequireSameAfterJson(manifest, &ManifestFromJson);
    const absl::StatusOr<ResolvedManifest> resolved = ResolveManifest(catalog, id);
    FuzzRequire(resolved.ok(), "a manifest without problems resolves");
    FuzzRequire(!OfferedPlatforms(*resolved).empty(), "and offers a platform");
    for (const Platform& platform : manifest.platforms) {
      FuzzRequire(ComputeIdentity(*resolved, platform, Recipe()).ok(), "and an identity");
      const auto rendered = RenderDockerfile(*resolved, {platform, Recipe()});
      FuzzRequire(rendered.ok(), "and a Dockerfile");
    }
  }
}

// A catalog in the way that FuzzOne finds and leaves it.
CatalogFixture& Fixture() {
  static CatalogFixture fixture;
  return fixture;
}

}  // namespace

void FuzzOne(std::string_view input) {
  std::map<std::string, std::string> before;  // of replaced files
  std::vector<std::string> added;
  std::string all;
  CatalogFixture& fixture = Fixture();
  for (const auto& [path, text] : Sections(input)) {
    std::error_code error;
    const std::filesystem::path file = fixture.Path(path);
    if (std::filesystem::is_directory(file, error)) continue;
    if (const auto old = ReadFile(file, 1 << 20); old.ok()) {
      before[path] = *old;
    } else {
      std::filesystem::create_directories(file.parent_path(), error);
      if (error) continue;  // a file stands in the way
      added.push_back(path);
    }
    fixture.Write(path, text);
    all += text + "\n";
  }
  const LoadedCatalog loaded = fixture.Load();
  for (const Problem& problem : loaded.problems) {
    FuzzRequire(!problem.file.empty(), "a problem names its file");
  }
  // Untouched files have at most 20 lines.
  RequireGoodProblems(loaded.problems, all + std::string(20, '\n'));
  if (loaded.problems.empty()) RequireBuildable(loaded.catalog);
  for (const auto& [path, text] : before) fixture.Write(path, text);
  for (const std::string& path : added) {
    std::error_code ignored;  // a folder that is left has no file, or is the fixture's own
    for (std::filesystem::path at = path; !at.empty(); at = at.parent_path()) {
      if (!std::filesystem::remove(fixture.path() / at, ignored) || ignored) break;
    }
  }
}

}  // namespace lif
