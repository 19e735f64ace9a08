// A library of Redis 7 Functions, which loads itself where it is missing: after FUNCTION FLUSH, or
// in a server that restarted empty.
#pragma once

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "common/redis/redis_client.h"

namespace lif {

struct RedisLibrary {
  std::string name;               // "lif_queue_v1"
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
  // lower revision is replaced before the first call; a higher one is left alone: a newer process
  // put it there in a rolling upgrade.
  absl::StatusOr<RedisReply> Call(RedisClient& client, const std::string& function,
                                  const std::string& key, const std::vector<std::string>& arguments,
                                  absl::Duration timeout);

 private:
  absl::Status EnsureLoaded(RedisClient& client);
  absl::Status Load(RedisClient& client);

  const RedisLibrary library_;
  Mutex mutex_;
  bool checked_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace lif
