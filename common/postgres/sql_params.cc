#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/postgres/sql.h"

namespace lif {

SqlParams& SqlParams::Add(std::string_view text) {
  values_.emplace_back(std::string(text));
  return *this;
}

SqlParams& SqlParams::AddInt(int64_t value) {
  return Add(std::to_string(value));
}

SqlParams& SqlParams::AddBool(bool value) {
  return Add(value ? "t" : "f");
}

SqlParams& SqlParams::AddNull() {
  values_.emplace_back(std::nullopt);
  return *this;
}

SqlParams& SqlParams::Append(const SqlParams& more) {
  values_.insert(values_.end(), more.values_.begin(), more.values_.end());
  return *this;
}

SqlParams& SqlParams::AddOptionalInt(std::optional<int64_t> value) {
  return value ? AddInt(*value) : AddNull();
}

SqlParams& SqlParams::AddArray(const std::vector<std::string>& items) {
  return Add(FormatSqlArray(items));
}

SqlParams& SqlParams::AddTime(absl::Time time) {
  if (time == absl::InfinitePast()) return AddNull();
  return Add(absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", time, absl::UTCTimeZone()));
}

absl::Status SqlParams::Check() const {
  for (size_t i = 0; i < values_.size(); ++i) {
    if (!values_[i] || values_[i]->find('\0') == std::string::npos) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("value ", i + 1, " contains a NUL byte, which PostgreSQL text can't hold: '",
                     values_[i]->substr(0, values_[i]->find('\0')), "…'; remove it"));
  }
  return absl::OkStatus();
}

std::string FormatSqlArray(const std::vector<std::string>& items) {
  std::string text = "{";
  for (const std::string& item : items) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (char c : item) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + "}";
}

absl::StatusOr<std::vector<std::string>> ParseSqlArray(std::string_view text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') {
    return absl::InvalidArgumentError("not the text of an SQL array");
  }
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> items;
  if (text.empty()) return items;
  std::string item;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      item += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '{') {
      return absl::InvalidArgumentError("an SQL array of one dimension was expected");
    } else if (!quoted && c == ',') {
      items.push_back(std::move(item));
      item.clear();
    } else {
      item += c;
    }
  }
  if (quoted) return absl::InvalidArgumentError("the text of an SQL array ends in a quote");
  items.push_back(std::move(item));
  return items;
}

std::string MicrosOf(std::string_view column) {
  return absl::StrCat("(extract(epoch FROM ", std::string(column), ") * 1000000)::bigint");
}

}  // namespace lif
