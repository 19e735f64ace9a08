#include "common/catalog/catalog_loader.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"
#include "common/catalog/catalog_scan.h"
#include "common/catalog/file_parsers.h"
#include "common/catalog/validate.h"
#include "common/fragment/fragment.h"

namespace lif {
namespace {

class Loader {
 public:
  Loader(const std::string& root, const CatalogSite& site) : root_(root), site_(site) {}

  absl::StatusOr<LoadedCatalog> Load() {
    LIF_ASSIGN_OR_RETURN(ScannedCatalog scanned, ScanCatalog(root_, &result_.problems));
    LoadHeader();
    for (const std::string& path : scanned.bases) LoadBase(path);
    for (const std::string& path : scanned.templates) LoadTemplate(path);
    for (const ScannedModule& module : scanned.modules) LoadModule(module);
    for (const std::string& path : scanned.manifests) LoadManifest(path);
    if (scanned.manifests.empty()) {
      result_.problems.push_back({"manifests", 0, "", "has no manifest",
                                  "write manifests/<id>.yaml; a manifest is what gets built"});
    }
    const CatalogIndex index = IndexCatalog(parsed_.catalog);
    ValidateModules(&parsed_, index, &result_.problems);
    ValidateManifests(&parsed_, index);
    if (blob_bytes_ > kMaxCatalogFilesBytes) {
      result_.problems.push_back(
          {"modules", 0, "",
           absl::StrCat("have ", blob_bytes_, " bytes of files; the limit is ",
                        kMaxCatalogFilesBytes),
           "fetch large files with ADD --checksum"});
    }
    if (!header_read_) DropUnknownVariables();
    SortProblems(result_.problems);
    result_.catalog = std::move(parsed_.catalog);
    result_.variables = std::move(variables_);
    return std::move(result_);
  }

 private:
  FileContext Context(const std::string& path) {
    FileContext context;
    context.file = path;
    context.variables = &variables_;
    context.problems = &result_.problems;
    return context;
  }

  // The text of a file of the catalog; what is wrong is reported.
  bool Read(const std::string& path, uint64_t limit, std::string* text) {
    std::error_code error;
    const auto type = std::filesystem::symlink_status(root_ + "/" + path, error);
    // The scan has reported links, pipes and directories.
    if (std::filesystem::exists(type) && !std::filesystem::is_regular_file(type)) return false;
    absl::StatusOr<std::string> bytes = ReadFile(root_ + "/" + path, limit);
    if (bytes.ok()) {
      *text = *std::move(bytes);
      return true;
    }
    const bool missing = absl::IsNotFound(bytes.status());
    const bool large = absl::IsInvalidArgument(bytes.status());
    result_.problems.push_back({path, 0, "",
                                missing ? "is missing"
                                : large ? absl::StrCat("is not a file of at most ", limit, " bytes")
                                        : "can't be read",
                                missing ? "write it; docs/catalog-format.md shows how"
                                        : "make it a readable, smaller file"});
    return false;
  }

  bool ReadYaml(const std::string& path, YamlNode* root, FileContext* context) {
    std::string text;
    if (!Read(path, kMaxYamlBytes, &text)) return false;
    std::vector<Problem> found;
    bool good = ParseYaml(text, root, &found);
    context->Adopt(std::move(found));
    return good;
  }

  // No variable is known without catalog.yaml: to name each would hide the one thing to mend.
  void DropUnknownVariables() {
    std::erase_if(result_.problems, [](const Problem& problem) {
      return problem.remedy == kUndefinedVariableRemedy;
    });
  }

  void LoadHeader() {
    std::error_code error;
    if (!std::filesystem::exists(root_ + "/catalog.yaml", error)) return;  // reported by the scan
    FileContext context = Context("catalog.yaml");
    YamlNode root;
    if (!ReadYaml("catalog.yaml", &root, &context)) return;
    CatalogHeader header = ParseCatalogHeader(root, &context);
    header_read_ = root.kind == YamlNode::Kind::kMap;
    variables_ = header.variables;
    for (auto& [name, value] : variables_) {
      const auto found = site_.variables.find(name);
      if (found != site_.variables.end()) value = found->second;
    }
    parsed_.catalog.name = header.name;
    parsed_.catalog.schema_version = header.schema;
  }

  static std::string Stem(const std::string& path) {
    std::string name = std::filesystem::path(path).filename().string();
    return name.substr(0, name.size() - std::string(".yaml").size());
  }

  // A name in a file must say what its path says.
  void CheckPath(const std::string& written, const std::string& expected, const char* field,
                 FileContext* context) {
    if (written.empty() || written == expected) return;
    context->Report(context->LineOf(field), field,
                    absl::StrCat(Quoted(written), " is not what the path says"),
                    absl::StrCat("write ", Quoted(expected), ", or rename the file or directory"));
  }

  void LoadBase(const std::string& path) {
    FileContext context = Context(path);
    YamlNode root;
    const std::string name = Stem(path);
    // An entry even for what can't be read, so that manifests which name it are not blamed.
    Base& base = parsed_.catalog.bases[name];
    base.name = name;
    if (!ReadYaml(path, &root, &context)) return;
    const auto pinned = site_.bases.find(name);
    ParsedBase parsed = ParseBase(root, /*pinned=*/pinned == site_.bases.end(), &context);
    base = std::move(parsed.base);
    CheckPath(base.name, name, "name", &context);
    base.name = name;
    const bool open = std::any_of(parsed.sources.begin(), parsed.sources.end(),
                                  [](const auto& source) { return source.second.digest.empty(); });
    if (!open) return;
    result_.unpinned.push_back(name);
    if (pinned != site_.bases.end()) base.platforms = pinned->second.platforms;
  }

  void LoadTemplate(const std::string& path) {
    const std::string directory = std::filesystem::path(path).parent_path().filename().string();
    const std::string version = Stem(path);
    const std::string ref = absl::StrCat(directory, "@", version);
    FileContext context = Context(path);
    YamlNode root;
    Template& result = parsed_.catalog.templates[ref];
    if (ReadYaml(path, &root, &context)) {
      result = ParseTemplate(root, &context);
      CheckPath(result.name, directory, "name", &context);
      CheckPath(result.version, version, "version", &context);
    }
    result.name = directory;
    result.version = version;
    parsed_.template_files.emplace(ref, std::move(context));
  }

  void LoadModule(const ScannedModule& scanned) {
    const std::string ref = absl::StrCat(scanned.name, "@", scanned.version);
    FileContext context = Context(scanned.directory + "/module.yaml");
    auto [entry, fresh] = parsed_.catalog.modules.try_emplace(ref);
    if (!fresh) {
      context.Report(1, "name", absl::StrCat(ref, " is in another slot, too"),
                     "a module has one slot: rename or remove one of them");
      return;
    }
    Module& module = entry->second;
    YamlNode root;
    if (ReadYaml(context.file, &root, &context)) {
      module = ParseModule(root, &context);
      CheckPath(module.name, scanned.name, "name", &context);
      CheckPath(module.version, scanned.version, "version", &context);
      CheckPath(std::string(SlotName(module.slot)), scanned.slot, "slot", &context);
    }
    module.name = scanned.name;
    module.version = scanned.version;
    module.slot = ParseSlot(scanned.slot).value_or(module.slot);
    AddFiles(scanned, &module);
    AddFragment(scanned, &module);
    parsed_.module_files.emplace(ref, std::move(context));
  }

  void AddFiles(const ScannedModule& scanned, Module* module) {
    for (ScannedFile& found : ScanModuleFiles(root_, scanned, &result_.problems)) {
      blob_bytes_ += found.file.size;
      if (blob_digests_.insert(found.file.sha256).second) {
        result_.blobs.push_back({found.path, found.file.sha256, found.file.size});
      }
      module->files.push_back(std::move(found.file));
    }
  }

  void AddFragment(const ScannedModule& scanned, Module* module) {
    const std::string ref = module->Ref();
    FileContext context = Context(scanned.directory + "/fragment.Dockerfile");
    parsed_.fragment_paths[ref] = context.file;
    FragmentReport& report = parsed_.fragments[ref];
    std::string text;
    if (!Read(context.file, kMaxFragmentBytes, &text)) return;
    std::vector<Problem> found;
    module->fragment = ExpandVariables(text, variables_, "variable", 1, &found);
    context.Adopt(std::move(found));
    FragmentScope scope;
    scope.app_slot = module->slot == Slot::kApp;
    for (const auto& [name, unused] : module->args) scope.args.insert(name);
    for (const SecretRef& secret : module->secrets) scope.secrets.insert(secret.id);
    for (const ModuleFile& file : module->files) scope.files.insert(file.path);
    report = CheckFragment(ParseFragment(module->fragment), scope);
    context.Adopt(std::move(report.problems));
  }

  void LoadManifest(const std::string& path) {
    FileContext context = Context(path);
    YamlNode root;
    if (!ReadYaml(path, &root, &context)) return;
    const std::string id = Stem(path);
    Manifest manifest = ParseManifest(root, &context);
    CheckPath(manifest.id, id, "id", &context);
    manifest.id = id;
    parsed_.catalog.manifests[id] = std::move(manifest);
    parsed_.manifest_files.emplace(id, std::move(context));
  }

  const std::string& root_;
  const CatalogSite& site_;
  CatalogVariables variables_;
  bool header_read_ = false;
  ParsedCatalog parsed_;
  LoadedCatalog result_;
  std::set<std::string> blob_digests_;
  uint64_t blob_bytes_ = 0;
};

}  // namespace

absl::StatusOr<LoadedCatalog> LoadCatalog(const std::string& directory, const CatalogSite& site) {
  return Loader(directory, site).Load();
}

absl::StatusOr<CatalogSite> ReadCatalogSite(const std::string& directory) {
  LIF_ASSIGN_OR_RETURN(LoadedCatalog loaded, LoadCatalog(directory));
  if (!loaded.problems.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("catalog ", directory, " has ",
                                                   loaded.problems.size(), " problems:\n",
                                                   FormatProblems(loaded.problems, 3)));
  }
  return CatalogSite{std::move(loaded.variables), std::move(loaded.catalog.bases)};
}

std::string FormatProblems(const std::vector<Problem>& problems, size_t limit) {
  std::string text;
  for (size_t i = 0; i < problems.size() && i < limit; ++i) {
    absl::StrAppend(&text, problems[i].ToString(), "\n");
  }
  if (problems.size() > limit) {
    absl::StrAppend(&text, "… and ", problems.size() - limit, " more\n");
  }
  return text;
}

}  // namespace lif
