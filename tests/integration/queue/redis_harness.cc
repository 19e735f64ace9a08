#include "tests/integration/queue/redis_harness.h"

#include <atomic>
#include <stdexcept>

#include "absl/strings/str_cat.h"

namespace lif {

RedisServer& SharedRedis() {
  static const std::unique_ptr<RedisServer> server = [] {
    auto started = RedisServer::Start();
    if (!started.ok()) throw std::runtime_error(std::string(started.status().message()));
    return *std::move(started);
  }();
  return *server;
}

std::string NewFactory() {
  static std::atomic<int> count{0};
  return absl::StrCat("test-", ++count);
}

RedisJobQueueOptions QueueOptions(const RedisServer& server, const std::string& factory) {
  RedisJobQueueOptions options;
  options.redis = server.options();
  options.factory = factory;
  options.retention = absl::Milliseconds(2000);
  options.backoff_scale = 0.05;
  return options;
}

RedisHarness::RedisHarness() : queue_(QueueOptions(SharedRedis(), NewFactory()), &clock_) {}

}  // namespace lif
