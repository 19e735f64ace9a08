// What a factory needs of its Redis: facts, and what to think of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/doctor/finding.h"
#include "common/redis/redis_client.h"

namespace lif {

struct RedisFacts {
  std::string version;  // "7.0.15"
  std::string role;     // "master" or "slave"
  bool append_only = false;
  std::optional<std::string> append_fsync;  // nullopt: this account may not ask
  std::string eviction;                     // maxmemory-policy
  int64_t max_memory = 0;                   // bytes; 0 for no limit
  int64_t used_memory = 0;
  // Rights of the user `default`, with which the append-only file is replayed: commands, keys and
  // channels, as ACL GETUSER has them. nullopt: this account may not ask.
  std::optional<std::string> default_user;
  std::optional<int64_t> revision;  // of the loaded function library; nullopt: none is
  absl::Duration ahead;             // its clock against ours
};

// One or two round trips. UNAVAILABLE and what else the client answers.
absl::StatusOr<RedisFacts> ReadRedisFacts(RedisClient& client, const std::string& factory,
                                          Clock& clock);

// Pure. `revision` is that of the library this program brings.
std::vector<Finding> JudgeRedis(const RedisFacts& facts, int64_t revision);

// Both; a Redis that does not answer is a problem.
std::vector<Finding> CheckRedis(RedisClient& client, const std::string& factory, Clock& clock);

// Of a store's clock against ours. `store` as in "Redis".
Finding JudgeClock(const std::string& store, absl::Duration ahead);

}  // namespace lif
