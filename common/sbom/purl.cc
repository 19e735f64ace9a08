#include "common/sbom/purl.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace lif {
namespace {

constexpr std::string_view kScheme = "pkg:";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string PercentDecode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
        HexValue(text[i + 2]) >= 0) {
      out += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool IsTypeName(std::string_view type) {
  for (const char c : type) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '+' && c != '-') {
      return false;
    }
  }
  return !type.empty();
}

}  // namespace

std::optional<Purl> ParsePurl(std::string_view text) {
  if (text.substr(0, kScheme.size()) != kScheme) return std::nullopt;
  text.remove_prefix(kScheme.size());
  text = text.substr(0, text.find('#'));
  const size_t question = text.find('?');
  std::string_view path = text.substr(0, question);
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos || slash + 1 == path.size()) return std::nullopt;
  Purl purl;
  purl.type = absl::AsciiStrToLower(std::string(path.substr(0, slash)));
  if (!IsTypeName(purl.type)) return std::nullopt;
  if (question == std::string_view::npos) return purl;
  const std::vector<std::string> pairs =
      absl::StrSplit(std::string(text.substr(question + 1)), '&', absl::SkipEmpty());
  for (const std::string& pair : pairs) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos) continue;
    purl.qualifiers[absl::AsciiStrToLower(pair.substr(0, equals))] =
        PercentDecode(pair.substr(equals + 1));
  }
  return purl;
}

}  // namespace lif
