#include "common/doctor/disk_findings.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace lif {
namespace {

std::string GiB(uint64_t bytes) {
  return absl::StrFormat("%.1f GiB", static_cast<double>(bytes) / (uint64_t{1} << 30));
}

}  // namespace

Finding CheckDirectory(const std::string& name, const std::string& path,
                       const DirectoryNeeds& needs) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return {name, FindingState::kProblem, absl::StrCat(path, " is no directory"),
            "create or mount it, or correct the setting that names it"};
  }
  if (::access(path.c_str(), R_OK | X_OK | (needs.writable ? W_OK : 0)) != 0) {
    return {name, FindingState::kProblem,
            absl::StrCat(path, " can't be ", needs.writable ? "written" : "read", ": ",
                         std::strerror(errno)),
            "give this user the right to it"};
  }
  struct statvfs disk = {};
  if (::statvfs(path.c_str(), &disk) != 0) {
    return {name, FindingState::kWarning,
            absl::StrCat("what is free at ", path, " can't be read: ", std::strerror(errno)), ""};
  }
  const uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
  const std::string detail = absl::StrCat(path, ", ", GiB(free), " free of ",
                                          GiB(uint64_t{disk.f_blocks} * disk.f_frsize));
  if (free < needs.problem_below) {
    return {name, FindingState::kProblem, detail, "make room: builds are not begun below 2 GiB"};
  }
  if (free < needs.warn_below) {
    return {name, FindingState::kWarning, detail, "make room before it runs full"};
  }
  return {name, FindingState::kOk, detail, ""};
}

}  // namespace lif
