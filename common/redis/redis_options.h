// Where Redis is and how long to wait for it.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace lif {

struct RedisOptions {
  std::string host;  // or
  int port = 6379;
  std::string unix_path;
  std::string user;  // "" for the default user
  std::string password;
  int database = 0;
  absl::Duration connect_timeout = absl::Seconds(2);
  absl::Duration command_timeout = absl::Seconds(5);
  // Told of calls that failed for good because Redis did not do its part; may be empty.
  std::function<void(const absl::Status&)> on_error;

  // "127.0.0.1:6379" or a path: for messages, without secrets.
  std::string Address() const;
};

// redis://[user[:password]@]host[:port][/database] or
// unix:///path[?user=U&password=P&db=N], with %XX escapes. INVALID_ARGUMENT says what is wrong and
// never repeats the password.
absl::StatusOr<RedisOptions> ParseRedisUrl(const std::string& url);

}  // namespace lif
