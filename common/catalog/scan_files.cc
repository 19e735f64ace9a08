// The files/ directory of a module.
#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/file_util.h"
#include "common/catalog/catalog_scan.h"
#include "common/catalog/values.h"

namespace lif {
namespace {

namespace fs = std::filesystem;

bool IsUsableName(const std::string& name) {
  return name.size() <= 255 && IsSingleLine(name) &&
         name.find_first_of("\"'\\`") == std::string::npos;
}

class FileScanner {
 public:
  FileScanner(const std::string& root, const ScannedModule& module, std::vector<Problem>* problems)
      : base_(fs::path(root) / module.directory / "files"),
        shown_(module.directory + "/files"),
        problems_(problems) {}

  std::vector<ScannedFile> Scan() {
    std::error_code error;
    if (!fs::is_directory(fs::symlink_status(base_, error))) return {};
    fs::recursive_directory_iterator it(base_, error);
    for (; !error && it != fs::recursive_directory_iterator() && !full_; it.increment(error)) {
      Visit(*it);
    }
    if (error) Report("", absl::StrCat("can't be read: ", error.message()), "make it readable");
    std::sort(files_.begin(), files_.end(),
              [](const ScannedFile& a, const ScannedFile& b) { return a.file.path < b.file.path; });
    return std::move(files_);
  }

 private:
  void Report(const std::string& path, std::string what, std::string remedy) {
    std::string shown = path.empty() ? shown_ : absl::StrCat(shown_, "/", path);
    std::string quoted = Quoted(shown, 300);
    problems_->push_back(
        {quoted.substr(1, quoted.size() - 2), 0, "", std::move(what), std::move(remedy)});
  }

  void Visit(const fs::directory_entry& entry) {
    std::string path = entry.path().lexically_relative(base_).string();
    std::error_code error;
    fs::file_status status = entry.symlink_status(error);
    if (!IsUsableName(entry.path().filename().string()) || path.size() > 1000) {
      Report(path, "has a name that a Dockerfile can't hold",
             "use UTF-8 without control characters, quotes and backslashes, at most 255 bytes");
    } else if (status.type() == fs::file_type::regular) {
      Add(path, entry.path(), status);
    } else if (status.type() == fs::file_type::symlink) {
      Report(path, "is a symbolic link", "put the file itself there, or make the link in a RUN");
    } else if (status.type() != fs::file_type::directory) {
      Report(path, "is not a regular file", "remove it");
    }
  }

  void Add(const std::string& path, const fs::path& on_disk, const fs::file_status& status) {
    if (files_.size() == kMaxFilesPerModule) {
      Report("", absl::StrCat("has more than ", kMaxFilesPerModule, " files"),
             "pack them into one archive and unpack it in a RUN");
      full_ = true;
      return;
    }
    absl::StatusOr<std::string> bytes = ReadFile(on_disk.string(), kMaxModuleFilesBytes - total_);
    if (!bytes.ok()) {
      full_ = absl::IsInvalidArgument(bytes.status());
      Report(full_ ? "" : path,
             full_ ? absl::StrCat("is over the limit of ", kMaxModuleFilesBytes, " bytes")
                   : "can't be read",
             full_ ? "fetch large files with ADD --checksum" : "make it readable");
      return;
    }
    total_ += bytes->size();
    bool executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    files_.push_back({{path, Sha256Hex(*bytes), bytes->size(), executable}, on_disk.string()});
  }

  fs::path base_;
  std::string shown_;
  std::vector<Problem>* problems_;
  std::vector<ScannedFile> files_;
  uint64_t total_ = 0;
  bool full_ = false;
};

}  // namespace

std::vector<ScannedFile> ScanModuleFiles(const std::string& root, const ScannedModule& module,
                                         std::vector<Problem>* problems) {
  return FileScanner(root, module, problems).Scan();
}

}  // namespace lif
