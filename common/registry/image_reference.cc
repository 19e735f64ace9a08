#include "common/registry/image_reference.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/digest.h"
#include "common/base/problem.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr size_t kMaxName = 255;  // Docker's limit of registry and repository together
constexpr size_t kMaxTag = 128;

absl::Status Wrong(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(Quoted(text),
                                                 " is no image reference: ", std::string(why),
                                                 "; write host:port/repository:tag"));
}

bool IsLowerAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool IsPathPart(std::string_view part) {
  if (part.empty() || !IsLowerAlnum(part.front()) || !IsLowerAlnum(part.back())) return false;
  for (size_t i = 0; i < part.size();) {
    if (IsLowerAlnum(part[i])) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < part.size() && !IsLowerAlnum(part[end])) ++end;
    std::string_view separator = part.substr(i, end - i);
    bool dashes = std::all_of(separator.begin(), separator.end(), [](char c) { return c == '-'; });
    if (!dashes && separator != "." && separator != "_" && separator != "__") return false;
    i = end;
  }
  return true;
}

// [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}
bool IsTag(std::string_view tag) {
  auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  if (tag.empty() || tag.size() > kMaxTag || !is_word(tag[0])) return false;
  return std::all_of(tag.begin(), tag.end(),
                     [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool IsHost(std::string_view host) {
  if (host.empty()) return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == ':' ||
           c == '[' || c == ']';
  });
}

// Docker's rule: the first part is a registry if it looks like a host.
bool LooksLikeHost(std::string_view part) {
  return part == "localhost" || part.find_first_of(".:[") != std::string_view::npos;
}

// Takes what follows the last ':' of the last path part off `text`.
std::string TakeTag(std::string_view& text) {
  size_t slash = text.rfind('/');
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || (slash != std::string_view::npos && colon < slash)) {
    return "";
  }
  std::string tag(text.substr(colon + 1));
  text = text.substr(0, colon);
  return tag;
}

}  // namespace

std::string ImageReference::ToString() const {
  std::string text = Name();
  if (!tag.empty()) absl::StrAppend(&text, ":", tag);
  if (!digest.empty()) absl::StrAppend(&text, "@", digest);
  return text;
}

ImageReference ImageReference::WithTag(std::string_view new_tag) const {
  return {registry, repository, std::string(new_tag), ""};
}

ImageReference ImageReference::WithDigest(std::string_view new_digest) const {
  return {registry, repository, "", std::string(new_digest)};
}

absl::StatusOr<ImageReference> ParseImageReference(std::string_view text) {
  ImageReference reference;
  std::string_view rest = text;
  if (size_t at = rest.find('@'); at != std::string_view::npos) {
    reference.digest = std::string(rest.substr(at + 1));
    if (!CheckOciDigest(reference.digest).ok()) {
      return Wrong(text, "after '@' it needs sha256: and 64 hexadecimal digits");
    }
    rest = rest.substr(0, at);
  }
  // A tag can only be in a path; "host:5000" alone is a name of Docker Hub with tag 5000.
  const bool has_colon_end = !rest.empty() && rest.back() == ':';
  reference.tag = TakeTag(rest);
  if (has_colon_end || (!reference.tag.empty() && !IsTag(reference.tag))) {
    return Wrong(text, "its tag may hold letters, digits, '_', '.' and '-', at most 128");
  }
  std::vector<std::string> parts = absl::StrSplit(std::string(rest), '/');
  if (parts.size() > 1 && LooksLikeHost(parts[0])) {
    reference.registry = parts[0];
    parts.erase(parts.begin());
  } else {
    reference.registry = "docker.io";
    if (parts.size() == 1) parts.insert(parts.begin(), "library");
  }
  if (!IsHost(reference.registry)) return Wrong(text, "its registry is no host name");
  for (const std::string& part : parts) {
    if (!IsPathPart(part)) {
      return Wrong(text,
                   "each part of its repository needs lower-case letters and digits, with "
                   "single '.', '_' or '-' between them");
    }
    absl::StrAppend(&reference.repository, reference.repository.empty() ? "" : "/", part);
  }
  if (reference.Name().size() > kMaxName) return Wrong(text, "it is over 255 characters");
  return reference;
}

bool IsLoopbackRegistry(std::string_view registry) {
  std::string host(registry);
  if (absl::StartsWith(host, "[")) return absl::StartsWith(host, "[::1]");
  host = host.substr(0, host.find(':'));
  if (host == "localhost") return true;
  if (!absl::StartsWith(host, "127.")) return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return c == '.' || std::isdigit(static_cast<unsigned char>(c)) != 0;
  });
}

}  // namespace lif
