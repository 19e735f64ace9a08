#include "common/log/redact.h"

#include <cctype>

namespace lif {
namespace {

constexpr std::string_view kMask = "***";

bool EndsUrl(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '/' || c == '?' || c == '"' ||
         c == '\'';
}

// Masks user:password@ of each URL. The last '@' before the path ends the password, since a
// careless password may hold one too.
std::string RedactUrls(std::string_view text) {
  std::string out;
  size_t from = 0;
  while (true) {
    const size_t scheme = text.find("://", from);
    if (scheme == std::string_view::npos) break;
    const size_t authority = scheme + 3;
    size_t end = authority;
    while (end < text.size() && !EndsUrl(text[end])) ++end;
    const std::string_view host = text.substr(authority, end - authority);
    const size_t at = host.rfind('@');
    const size_t colon = host.find(':');
    out.append(text.substr(from, authority - from));
    if (at != std::string_view::npos && colon != std::string_view::npos && colon + 1 < at) {
      out.append(host.substr(0, colon + 1)).append(kMask).append(host.substr(at));
    } else {
      out.append(host);
    }
    from = end;
  }
  out.append(text.substr(from));
  return out;
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != prefix[i]) return false;
  }
  return true;
}

// Where the value that starts at `begin` ends: a quoted one at its quote (libpq escapes by '\').
size_t ValueEnd(std::string_view text, size_t begin) {
  if (begin < text.size() && text[begin] == '\'') {
    size_t end = begin + 1;
    while (end < text.size() && text[end] != '\'') end += text[end] == '\\' ? 2 : 1;
    return std::min(end + 1, text.size());
  }
  size_t end = begin;
  while (end < text.size() && text[end] != ' ' && text[end] != '&' && text[end] != '\n' &&
         text[end] != '"') {
    ++end;
  }
  return end;
}

std::string RedactAssignments(std::string_view text) {
  constexpr std::string_view kKey = "password";
  std::string out;
  size_t from = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!StartsWithIgnoringCase(text.substr(i), kKey)) continue;
    size_t value = i + kKey.size();
    while (value < text.size() && text[value] == ' ') ++value;
    if (value >= text.size() || text[value] != '=') continue;
    ++value;
    while (value < text.size() && text[value] == ' ') ++value;
    const size_t end = ValueEnd(text, value);
    if (end == value) continue;
    out.append(text.substr(from, value - from)).append(kMask);
    from = end;
    i = end - 1;
  }
  out.append(text.substr(from));
  return out;
}

}  // namespace

std::string RedactSecrets(std::string_view text) {
  return RedactAssignments(RedactUrls(text));
}

bool ContainsSecret(std::string_view text) {
  return RedactSecrets(text) != text;
}

}  // namespace lif
