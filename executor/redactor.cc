#include "executor/redactor.h"

#include <algorithm>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace lif {
namespace {

// Shorter values would redact half of every log.
constexpr size_t kShortest = 4;

}  // namespace

SecretRedactor::SecretRedactor(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (const auto& line : absl::StrSplit(secret, '\n')) {
      const std::string value(absl::StripAsciiWhitespace(line));
      if (value.size() >= kShortest) values_.push_back(value);
    }
  }
  std::sort(values_.begin(), values_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
}

std::string SecretRedactor::Redact(std::string_view text) const {
  std::string result(text);
  for (const std::string& value : values_) absl::StrReplaceAll({{value, "***"}}, &result);
  return result;
}

}  // namespace lif
