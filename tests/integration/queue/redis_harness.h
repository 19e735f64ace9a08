// The queue on a private Redis, for the contracts and the tests of faults.
#pragma once

#include <memory>
#include <string>

#include "common/queue/redis_job_queue.h"
#include "tests/contracts/job_queue_contract.h"
#include "tests/support/redis_server.h"

namespace lif {

// One server for the whole binary; each harness has a factory of its own in it.
RedisServer& SharedRedis();
// "test-1", "test-2", …
std::string NewFactory();
RedisJobQueueOptions QueueOptions(const RedisServer& server, const std::string& factory);

class RedisHarness final : public QueueHarness {
 public:
  RedisHarness();
  JobQueue& jobs() override { return queue_; }
  WorkQueue& work() override { return queue_; }
  absl::Time Now() override { return clock_.Now(); }
  void Pass(absl::Duration duration) override { clock_.Sleep(duration, {}); }
  absl::Duration lease() const override { return absl::Milliseconds(500); }

 private:
  SystemClock clock_;
  RedisJobQueue queue_;
};

}  // namespace lif
