// PostgreSQL connection strings (libpq: "host=… dbname=…" or postgresql://…), taken apart so that
// defaults can be added and the place can be named without its password.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace lif {

class ConnInfo {
 public:
  // INVALID_ARGUMENT says what is wrong, without repeating the string.
  static absl::StatusOr<ConnInfo> Parse(const std::string& dsn);

  // Only when the string does not say otherwise.
  void SetDefault(const std::string& key, const std::string& value);
  void Set(const std::string& key, const std::string& value);
  std::string Get(const std::string& key) const;  // "" when not set

  // A connection string again, with its secrets.
  std::string ToDsn() const;
  // "database lif at 127.0.0.1:5432 as lif_executor": for messages and logs.
  std::string Describe() const;

 private:
  std::map<std::string, std::string> settings_;
};

}  // namespace lif
