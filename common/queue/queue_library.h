// The queue's function library (common/queue/functions/*.lua), embedded at build time.
#pragma once

#include "common/redis/redis_functions.h"

namespace lif {

// Its functions are named lif_v2_<name>.
RedisLibrary QueueLibrary();

}  // namespace lif
