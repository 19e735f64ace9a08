#include "common/fragment/paths.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace lif {
namespace {

// Takes the part before the first '/' off `*path`; false when nothing is left.
bool NextPart(std::string_view* path, std::string_view* part, bool* more) {
  if (!*more) return false;
  size_t slash = path->find('/');
  *part = path->substr(0, slash);
  *more = slash != std::string_view::npos;
  if (*more) path->remove_prefix(slash + 1);
  return true;
}

bool IsPlainPart(std::string_view part) {
  if (part.empty() || part == "." || part == "..") return false;
  return std::all_of(part.begin(), part.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("._@+-").find(c) != std::string_view::npos;
  });
}

}  // namespace

bool IsPlainAbsolutePath(std::string_view path) {
  if (path.empty() || path[0] != '/') return false;
  if (path == "/") return true;
  path.remove_prefix(1);
  std::string_view part;
  bool more = true;
  while (NextPart(&path, &part, &more)) {
    if (!IsPlainPart(part)) return false;
  }
  return true;
}

bool HasParentPart(std::string_view path) {
  std::string_view part;
  bool more = true;
  while (NextPart(&path, &part, &more)) {
    if (part == "..") return true;
  }
  return false;
}

}  // namespace lif
