// Where Redis is and how long to wait for it.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace lif {

// Sentinels know which server is the primary now; redis_sentinel.h asks them.
struct RedisSentinels {
  std::vector<std::pair<std::string, int>> addresses;  // host and port; empty: there are none
  std::string master;                                  // the name under which they watch it
  std::string user;                                    // "" for their default user
  std::string password;                                // "" for none
};

struct RedisOptions {
  RedisSentinels sentinels;  // or
  std::string host;          // or
  int port = 6379;
  std::string unix_path;
  std::string user;  // "" for the default user
  std::string password;
  int database = 0;
  absl::Duration connect_timeout = absl::Seconds(2);
  absl::Duration command_timeout = absl::Seconds(5);
  // Told of calls that failed for good because Redis did not do its part; may be empty.
  std::function<void(const absl::Status&)> on_error;

  // "127.0.0.1:6379", a path or "mymaster (by sentinels)": for messages, without secrets.
  std::string Address() const;
};

// redis://[user[:password]@]host[:port][/database] or
// redis-sentinel://[user[:password]@]host[:port],…/NAME[?db=N&sentinel_user=U&sentinel_password=P]
// or unix:///path[?user=U&password=P&db=N], with %XX escapes. INVALID_ARGUMENT says what is wrong
// and never repeats the password.
absl::StatusOr<RedisOptions> ParseRedisUrl(const std::string& url);

}  // namespace lif
