#include "common/catalog/values.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "common/base/utf8.h"

namespace lif {
namespace {

bool IsAlnum(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c));
}
bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool IsUpperOrDigit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

template <typename Predicate>
bool All(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool IsOneOf(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

bool IsHost(std::string_view text) {
  size_t colon = text.find(':');
  std::string_view name = text.substr(0, colon);
  bool plain = !name.empty() && IsAlnum(name[0]) &&
               All(name, [](char c) { return IsAlnum(c) || c == '.' || c == '-'; });
  if (colon == std::string_view::npos) return plain;
  std::string_view port = text.substr(colon + 1);
  return plain && !port.empty() && port.size() <= 5 && All(port, IsDigit);
}

bool IsUserPart(std::string_view text) {
  return !text.empty() && text.size() <= 64 && IsAlnum(text[0]) &&
         All(text, [](char c) { return IsAlnum(c) || IsOneOf(c, "_.-"); });
}

}  // namespace

bool IsSafeValue(std::string_view text) {
  if (text.size() > 512) return false;
  if (!text.empty() && (text.front() == ' ' || text.back() == ' ')) return false;
  return All(text, [](char c) { return IsAlnum(c) || IsOneOf(c, " ._/:@+,=~%-"); });
}

bool IsArgumentName(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text[0] >= 'A' && text[0] <= 'Z' &&
         All(text, [](char c) { return IsUpperOrDigit(c) || c == '_'; });
}

bool IsReservedArgument(std::string_view name) {
  for (std::string_view prefix :
       {"BUILDKIT_", "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT", "TARGET", "LD_"}) {
    if (name.starts_with(prefix)) return true;
  }
  for (std::string_view known : {"SOURCE_DATE_EPOCH", "PATH", "HOME", "SHELL", "IFS", "PWD",
                                 "HOSTNAME", "USER", "ENV", "BASH_ENV"}) {
    if (name == known) return true;
  }
  return name.ends_with("_PROXY");
}

bool IsCatalogName(std::string_view text) {
  if (text.empty() || text.size() > 100) return false;
  if (!IsLowerOrDigit(text.front()) || !IsLowerOrDigit(text.back())) return false;
  for (size_t i = 1; i < text.size(); ++i) {
    bool separator = IsOneOf(text[i], "._-");
    if (!separator && !IsLowerOrDigit(text[i])) return false;
    if (separator && IsOneOf(text[i - 1], "._-")) return false;
  }
  return true;
}

bool IsCatalogVariable(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text[0] >= 'a' && text[0] <= 'z' &&
         All(text, [](char c) { return IsLowerOrDigit(c) || c == '_'; });
}

bool IsSingleLine(std::string_view text) {
  return IsText(text) && text.find_first_of("\n\t") == std::string_view::npos;
}

bool IsText(std::string_view text) {
  // U+0080 to U+009F are control characters too: two bytes, 0xc2 first.
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) return false;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      return false;
    }
  }
  return IsValidUtf8(text);
}

bool IsImageRepository(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  size_t slash = text.find('/');
  std::string_view first = text.substr(0, slash);
  bool has_host = slash != std::string_view::npos &&
                  (IsOneOf('.', first) || IsOneOf(':', first) || first == "localhost");
  if (has_host && !IsHost(first)) return false;
  std::string_view path = has_host ? text.substr(slash + 1) : text;
  while (true) {
    slash = path.find('/');
    if (!IsCatalogName(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool IsImageTag(std::string_view text) {
  return !text.empty() && text.size() <= 128 && (IsAlnum(text[0]) || text[0] == '_') &&
         All(text, [](char c) { return IsAlnum(c) || IsOneOf(c, "_.-"); });
}

bool IsUser(std::string_view text) {
  size_t colon = text.find(':');
  if (colon == std::string_view::npos) return IsUserPart(text);
  return IsUserPart(text.substr(0, colon)) && IsUserPart(text.substr(colon + 1));
}

bool IsLabelKey(std::string_view text) {
  return !text.empty() && text.size() <= 128 && IsAlnum(text[0]) &&
         All(text, [](char c) { return IsAlnum(c) || IsOneOf(c, "._-/"); });
}

bool IsPortAndProtocol(std::string_view text) {
  size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  std::string_view port = text.substr(0, slash);
  std::string_view protocol = text.substr(slash + 1);
  int number = 0;
  return All(port, IsDigit) && port.size() <= 5 && absl::SimpleAtoi(std::string(port), &number) &&
         number >= 1 && number <= 65535 && (protocol == "tcp" || protocol == "udp");
}

bool IsSecretToken(std::string_view text) {
  return !text.empty() && text.size() <= 100 && IsAlnum(text[0]) &&
         All(text, [](char c) { return IsAlnum(c) || IsOneOf(c, "._-"); });
}

}  // namespace lif
