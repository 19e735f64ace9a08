// A factory of its own on the shared Redis, with the queue's administration and raw access.
#pragma once

#include <string>
#include <vector>

#include "common/queue/redis_queue_admin.h"
#include "tests/contracts/queue_steps.h"
#include "tests/integration/queue/redis_harness.h"
#include "tests/support/catch.h"

namespace lif {

// A factory with both sides of its queue.
class AdminHarness final : public QueueHarness {
 public:
  AdminHarness() : queue_(Options(), &clock_), admin_({SharedRedis().options(), name_}, &clock_) {}
  JobQueue& jobs() override { return queue_; }
  WorkQueue& work() override { return queue_; }
  absl::Time Now() override { return clock_.Now(); }
  void Pass(absl::Duration duration) override { clock_.Sleep(duration, {}); }
  absl::Duration lease() const override { return absl::Milliseconds(300); }
  RedisQueueAdmin& admin() { return admin_; }
  const std::string& factory() const { return name_; }
  std::string Key(const std::string& rest) const { return "lif:{" + name_ + "}:" + rest; }

  RedisReply Redis(const std::vector<std::string>& command) {
    auto connection = RedisConnection::Connect(SharedRedis().options());
    REQUIRE(connection.ok());
    auto reply = (*connection)->Command(command, absl::Seconds(5));
    REQUIRE(reply.ok());
    REQUIRE(!reply->is_error());
    return *reply;
  }
  void RequireSound(int64_t jobs) {
    auto check = admin_.CheckQueue(100);
    INFO(check.status().ToString());
    REQUIRE(check.ok());
    for (const QueueViolation& violation : check->violations) {
      UNSCOPED_INFO(violation.invariant << " " << violation.job_id << " " << violation.detail);
    }
    REQUIRE(check->violation_count == 0);
    REQUIRE(check->jobs_checked >= jobs);
  }

 private:
  RedisJobQueueOptions Options() {
    RedisJobQueueOptions options = QueueOptions(SharedRedis(), name_);
    options.retention = absl::Minutes(5);
    return options;
  }

  SystemClock clock_;
  const std::string name_ = NewFactory();
  RedisJobQueue queue_;
  RedisQueueAdmin admin_;
};

inline std::vector<JobSpec> ManyJobs(const std::string& name, int count) {
  std::vector<JobSpec> jobs;
  for (int i = 0; i < count; ++i) jobs.push_back(TestJob(absl::StrCat(name, "-", i)));
  return jobs;
}

}  // namespace lif
