// A library of Redis 7 Functions, which loads itself where it is missing: after FUNCTION FLUSH, or
// in a server that restarted empty.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "common/redis/redis_client.h"

namespace lif {

struct RedisLibrary {
  std::string name;               // "lif_queue_v2"
  std::string code;               // with its shebang
  int64_t revision = 0;           // rises with each change of the code
  std::string revision_function;  // answers the loaded code's revision
};

// Thread-safe. Does no I/O when made.
class RedisFunctions {
 public:
  explicit RedisFunctions(RedisLibrary library);

  // FCALL through `client`, each attempt within `timeout`. The client may differ from call to call
  // as long as it reaches the same server. All functions must be safe to repeat. A library of a
  // lower revision is replaced before the first call, and every ten seconds, since an older process
  // may bring its own after a FUNCTION FLUSH; a higher one is left alone: a newer process put it
  // there in a rolling upgrade.
  absl::StatusOr<RedisReply> Call(RedisClient& client, const std::string& function,
                                  const std::string& key, const std::vector<std::string>& arguments,
                                  absl::Duration timeout);

 private:
  absl::Status EnsureLoaded(RedisClient& client);
  // Without `replace` a library that somebody else has loaded meanwhile stays.
  absl::Status Load(RedisClient& client, bool replace);

  const RedisLibrary library_;
  Mutex mutex_;
  std::optional<std::chrono::steady_clock::time_point> checked_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lif
