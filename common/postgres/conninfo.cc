#include "common/postgres/conninfo.h"

#include <libpq-fe.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace lif {
namespace {

// Quoted as libpq reads it: backslash and quote are escaped.
std::string Quote(const std::string& value) {
  std::string quoted = "'";
  for (char c : value) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

}  // namespace

absl::StatusOr<ConnInfo> ConnInfo::Parse(const std::string& dsn) {
  if (dsn.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("the PostgreSQL connection string contains a NUL byte");
  }
  char* error = nullptr;
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(dsn.c_str(), &error), &PQconninfoFree);
  std::unique_ptr<char, decltype(&PQfreemem)> error_owner(error, &PQfreemem);
  if (options == nullptr) {
    // libpq's own text may quote the string, and with it the password.
    return absl::InvalidArgumentError(
        "the PostgreSQL connection string can't be read; write it as \"host=… port=… dbname=… "
        "user=… password=…\" or postgresql://user@host:port/dbname, and quote values with spaces");
  }
  ConnInfo info;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') {
      info.settings_[option->keyword] = option->val;
    }
  }
  return info;
}

void ConnInfo::SetDefault(const std::string& key, const std::string& value) {
  settings_.emplace(key, value);
}

void ConnInfo::Set(const std::string& key, const std::string& value) {
  settings_[key] = value;
}

std::string ConnInfo::Get(const std::string& key) const {
  auto found = settings_.find(key);
  return found == settings_.end() ? "" : found->second;
}

std::string ConnInfo::ToDsn() const {
  std::string dsn;
  for (const auto& [key, value] : settings_) {
    absl::StrAppend(&dsn, dsn.empty() ? "" : " ", key, "=", Quote(value));
  }
  return dsn;
}

std::string ConnInfo::Describe() const {
  std::string host = Get("host").empty() ? Get("hostaddr") : Get("host");
  std::string text = "database " + (Get("dbname").empty() ? "(default)" : Get("dbname"));
  absl::StrAppend(&text, " at ", host.empty() ? "the local socket" : host);
  if (!Get("port").empty()) absl::StrAppend(&text, ":", Get("port"));
  if (!Get("user").empty()) absl::StrAppend(&text, " as ", Get("user"));
  return text;
}

}  // namespace lif
