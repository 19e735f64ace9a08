// The use case behind CheckHealth: what this replica finds out about its stores and the fleet.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/doctor/finding.h"
#include "common/postgres/postgres_pool.h"
#include "common/queue/job_queue.h"
#include "common/queue/queue_admin.h"
#include "common/redis/redis_client.h"

namespace lif {

// Thread-safe; Check blocks on I/O, each store within its own deadlines. All must outlive it.
class Health {
 public:
  struct Seams {
    PostgresPool& postgres;
    RedisClient& redis;
    JobQueue& queue;
    QueueAdmin& admin;
    Clock& clock;
  };
  struct Options {
    std::string factory;
    std::string blob_dir;
    std::string version;
    std::string recipe;  // RecipeText of this replica's recipe
  };
  Health(Seams seams, Options options) : seams_(seams), options_(std::move(options)) {}

  // Never fails as a whole: what can't be looked at is a finding.
  std::vector<Finding> Check() const;

 private:
  std::vector<Finding> CheckFleet() const;

  Seams seams_;
  Options options_;
};

}  // namespace lif
