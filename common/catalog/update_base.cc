#include "common/catalog/update_base.h"

#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"
#include "common/catalog/catalog_loader.h"
#include "common/catalog/catalog_scan.h"
#include "common/catalog/file_parsers.h"
#include "common/catalog/values.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

// A YAML file of the catalog, or INVALID_ARGUMENT with what is wrong with it.
absl::StatusOr<YamlNode> ReadTree(const std::string& directory, const std::string& file) {
  LIF_ASSIGN_OR_RETURN(std::string text, ReadFile(directory + "/" + file, kMaxYamlBytes));
  YamlNode root;
  std::vector<Problem> problems;
  ParseYaml(text, &root, &problems);
  for (Problem& problem : problems) problem.file = file;
  if (problems.empty()) return root;
  return absl::InvalidArgumentError(FormatProblems(problems, 10));
}

absl::StatusOr<CatalogVariables> ReadVariables(const std::string& directory) {
  LIF_ASSIGN_OR_RETURN(YamlNode root, ReadTree(directory, "catalog.yaml"));
  std::vector<Problem> problems;
  const CatalogVariables none;
  FileContext context;
  context.file = "catalog.yaml";
  context.variables = &none;
  context.problems = &problems;
  CatalogHeader header = ParseCatalogHeader(root, &context);
  if (problems.empty()) return header.variables;
  return absl::InvalidArgumentError(FormatProblems(problems, 10));
}

absl::Status NoSuchBase(const std::string& directory, const std::string& name) {
  std::vector<Problem> ignored;
  std::vector<std::string> known;
  LIF_ASSIGN_OR_RETURN(ScannedCatalog scanned, ScanCatalog(directory, &ignored));
  for (const std::string& path : scanned.bases) known.push_back(fs::path(path).stem().string());
  return absl::NotFoundError(absl::StrCat("catalog ", directory, " has no base ", Quoted(name),
                                          DidYouMean(name, known), "; its bases are in bases/"));
}

absl::Status CheckUpdate(const BaseUpdate& update) {
  if (!IsCatalogName(update.name)) return NoSuchBase(update.source, update.name);
  if (update.platforms.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no platform of base ", update.name,
                     " was found in the registry; push the image of at least one"));
  }
  for (const auto& [platform, pinned] : update.platforms) {
    LIF_RETURN_IF_ERROR(CheckOciDigest(pinned.digest));
    if (IsImageRepository(pinned.image)) continue;
    return absl::InvalidArgumentError(absl::StrCat(Quoted(pinned.image), " for ",
                                                   platform.ToString(),
                                                   " is not a repository; write it without tag"));
  }
  return absl::OkStatus();
}

// The target may be the source itself, but not inside of it: the copy would copy itself.
absl::Status CopyCatalog(const fs::path& source, const fs::path& target) {
  std::error_code error;
  if (fs::equivalent(source, target, error)) return absl::OkStatus();
  fs::path inside =
      fs::weakly_canonical(target, error).lexically_relative(fs::weakly_canonical(source, error));
  if (!inside.empty() && *inside.begin() != ".." && *inside.begin() != ".") {
    return absl::InvalidArgumentError(absl::StrCat(target.string(), " is inside of ",
                                                   source.string(),
                                                   "; choose a directory outside of the catalog"));
  }
  fs::create_directories(target, error);
  const auto options = fs::copy_options::recursive | fs::copy_options::overwrite_existing |
                       fs::copy_options::copy_symlinks;
  fs::directory_iterator it(source, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    const fs::path name = it->path().filename();
    if (name.string()[0] == '.') continue;  // .git and the like are not part of a catalog
    fs::copy(it->path(), target / name, options, error);
    if (error) break;
  }
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("can't copy ", source.string(), " to ", target.string(), ": ", error.message()));
}

}  // namespace

absl::StatusOr<std::map<Platform, BaseReference>> ReadBaseReferences(const std::string& directory,
                                                                     const std::string& name) {
  const std::string file = absl::StrCat("bases/", name, ".yaml");
  std::error_code error;
  if (!IsCatalogName(name) || !fs::exists(fs::path(directory) / file, error)) {
    return NoSuchBase(directory, name);
  }
  LIF_ASSIGN_OR_RETURN(CatalogVariables variables, ReadVariables(directory));
  LIF_ASSIGN_OR_RETURN(YamlNode root, ReadTree(directory, file));
  std::vector<Problem> problems;
  FileContext context;
  context.file = file;
  context.variables = &variables;
  context.problems = &problems;
  ParsedBase parsed = ParseBase(root, /*pinned=*/false, &context);
  if (!problems.empty()) return absl::InvalidArgumentError(FormatProblems(problems, 10));
  std::map<Platform, BaseReference> references;
  for (const auto& [platform, source] : parsed.sources) {
    references[platform] = {source.image, source.tag.empty() ? "latest" : source.tag};
  }
  return references;
}

absl::Status UpdateBase(const BaseUpdate& update) {
  LIF_RETURN_IF_ERROR(CheckUpdate(update));
  const std::string file = absl::StrCat("bases/", update.name, ".yaml");
  std::error_code error;
  if (!fs::exists(fs::path(update.source) / file, error)) {
    return NoSuchBase(update.source, update.name);
  }
  LIF_ASSIGN_OR_RETURN(std::string text, ReadFile(update.source + "/" + file, kMaxYamlBytes));
  LIF_ASSIGN_OR_RETURN(std::string rewritten, RewriteBase(text, update.platforms));
  LIF_RETURN_IF_ERROR(CopyCatalog(update.source, update.target));
  return WriteFileAtomically(update.target + "/" + file, rewritten);
}

}  // namespace lif
