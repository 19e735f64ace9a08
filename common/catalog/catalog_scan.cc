#include "common/catalog/catalog_scan.h"

#include <algorithm>
#include <filesystem>
#include <functional>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/near_match.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

struct Entry {
  std::string name;
  fs::file_type type = fs::file_type::none;
};

// Sorted by name. Hidden files and *.md are left out.
absl::StatusOr<std::vector<Entry>> List(const fs::path& directory) {
  std::vector<Entry> entries;
  std::error_code error;
  fs::directory_iterator it(directory, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    Entry entry{it->path().filename().string(), it->symlink_status(error).type()};
    if (error) break;
    if (entry.name[0] == '.' || absl::EndsWith(entry.name, ".md")) continue;
    entries.push_back(std::move(entry));
  }
  if (error) {
    std::string message =
        absl::StrCat("can't list ", directory.string(), ": ", error.message(),
                     "; name the directory that has catalog.yaml, and that you may read");
    return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory
               ? absl::NotFoundError(message)
               : absl::PermissionDeniedError(message);
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

class Scanner {
 public:
  Scanner(const std::string& root, std::vector<Problem>* problems)
      : root_(root), problems_(problems) {}

  absl::StatusOr<ScannedCatalog> Scan() {
    LIF_ASSIGN_OR_RETURN(std::vector<Entry> top, List(root_));
    ScanTop(top);
    Limit("manifests", result_.manifests.size(), kMaxManifests);
    Limit("modules", result_.modules.size(), kMaxModules);
    Limit("templates", result_.templates.size(), kMaxTemplates);
    Limit("bases", result_.bases.size(), kMaxBases);
    return std::move(result_);
  }

 private:
  void Report(const std::string& file, std::string what, std::string remedy) {
    problems_->push_back({file, 0, "", std::move(what), std::move(remedy)});
  }

  void Limit(const char* what, size_t count, size_t limit) {
    if (count <= limit) return;
    Report(what, absl::StrCat("has ", count, " entries; the limit is ", limit),
           "split the catalog into several");
  }

  void ScanTop(const std::vector<Entry>& top) {
    const std::vector<std::string> known = {"catalog.yaml", "bases", "modules", "templates",
                                            "manifests"};
    bool header = false;
    for (const Entry& entry : top) {
      if (entry.name == "catalog.yaml") {
        header = true;
        IsFile("", entry);
      } else if (std::find(known.begin(), known.end(), entry.name) == known.end()) {
        Report(entry.name,
               absl::StrCat("does not belong into a catalog", DidYouMean(entry.name, known)),
               "remove it; docs/catalog-format.md shows what a catalog has");
      }
    }
    if (!header) Report("catalog.yaml", "is missing", "write schema: 1 and name: … into it");
    Files("bases", &result_.bases);
    Files("manifests", &result_.manifests);
    Directories("templates", [this](const std::string& path, const std::string&) {
      Files(path, &result_.templates);
    });
    Directories("modules",
                [this](const std::string& path, const std::string& slot) { ScanSlot(path, slot); });
  }

  void ScanSlot(const std::string& path, const std::string& slot) {
    if (!ParseSlot(slot)) {
      Report(path,
             absl::StrCat("is not a slot", DidYouMean(slot, {"security", "core", "light", "app"})),
             "name it security, core, light or app");
      return;
    }
    Directories(path, [&](const std::string& module, const std::string& name) {
      Directories(module, [&](const std::string& directory, const std::string& version) {
        result_.modules.push_back({directory, slot, name, version});
        CheckModule(directory);
      });
    });
  }

  void CheckModule(const std::string& directory) {
    const std::vector<std::string> known = {"module.yaml", "fragment.Dockerfile", "files"};
    for (const Entry& entry : ListOrReport(directory)) {
      if (entry.name == "files") {
        IsDirectory(directory, entry);
      } else if (std::find(known.begin(), known.end(), entry.name) == known.end()) {
        Report(directory + "/" + entry.name,
               absl::StrCat("does not belong into a module", DidYouMean(entry.name, known)),
               "keep files of the module under files/");
      } else {
        IsFile(directory, entry);
      }
    }
  }

  std::vector<Entry> ListOrReport(const std::string& path) {
    std::error_code error;
    if (!fs::exists(fs::path(root_) / path, error)) return {};
    absl::StatusOr<std::vector<Entry>> entries = List(fs::path(root_) / path);
    if (entries.ok()) return *std::move(entries);
    Report(path, "can't be listed", "make it a directory that you may read");
    return {};
  }

  bool IsFile(const std::string& parent, const Entry& entry) {
    if (entry.type == fs::file_type::regular) return true;
    Report(Join(parent, entry.name),
           entry.type == fs::file_type::symlink ? "is a symbolic link" : "is not a regular file",
           "put the file itself there");
    return false;
  }

  bool IsDirectory(const std::string& parent, const Entry& entry) {
    if (entry.type == fs::file_type::directory) return true;
    Report(Join(parent, entry.name),
           entry.type == fs::file_type::symlink ? "is a symbolic link" : "is not a directory",
           "make it a directory");
    return false;
  }

  static std::string Join(const std::string& parent, const std::string& name) {
    return parent.empty() ? name : absl::StrCat(parent, "/", name);
  }

  void Directories(
      const std::string& path,
      const std::function<void(const std::string& path, const std::string& name)>& visit) {
    for (const Entry& entry : ListOrReport(path)) {
      if (IsDirectory(path, entry)) visit(Join(path, entry.name), entry.name);
    }
  }

  void Files(const std::string& path, std::vector<std::string>* files) {
    for (const Entry& entry : ListOrReport(path)) {
      if (!IsFile(path, entry)) continue;
      if (absl::EndsWith(entry.name, ".yaml")) {
        files->push_back(Join(path, entry.name));
      } else {
        Report(Join(path, entry.name), "is not a .yaml file", "rename or remove it");
      }
    }
  }

  const std::string& root_;
  std::vector<Problem>* problems_;
  ScannedCatalog result_;
};

}  // namespace

absl::StatusOr<ScannedCatalog> ScanCatalog(const std::string& directory,
                                           std::vector<Problem>* problems) {
  return Scanner(directory, problems).Scan();
}

}  // namespace lif
