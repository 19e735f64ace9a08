// Many executors and submitters at once: nothing is delivered twice, nothing is left behind.
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "tests/integration/queue/redis_harness.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

constexpr int kThreads = 8;

void InThreads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

struct Deliveries {
  std::mutex mutex;
  std::map<std::string, int> by_job;
  std::atomic<int> errors{0};
};

// Claims and completes until the queue is empty for all.
void WorkOff(RedisJobQueue& queue, int thread, int expected, Deliveries& seen) {
  SystemClock clock;
  while (true) {
    {
      std::lock_guard lock(seen.mutex);
      if (static_cast<int>(seen.by_job.size()) >= expected) return;
    }
    auto job = queue.Claim(
        {absl::StrCat("ex-", thread), "amd64", NewUlid(clock.Now()), absl::Seconds(30)});
    if (!job.ok()) {
      seen.errors += 1;
      return;
    }
    if (!job->has_value()) continue;
    {
      std::lock_guard lock(seen.mutex);
      seen.by_job[(*job)->spec.job_id] += 1;
    }
    if (!queue.Complete({(*job)->spec.job_id, (*job)->token}, "compatible").ok()) seen.errors += 1;
  }
}

TEST_CASE("each of thousands of jobs is delivered once") {
  constexpr int kJobs = 3000;
  SystemClock clock;
  RedisJobQueueOptions options = QueueOptions(SharedRedis(), NewFactory());
  options.connections = kThreads;
  options.retention = absl::Hours(1);
  RedisJobQueue queue(options, &clock);
  std::atomic<int> refused{0};
  Deliveries seen;
  std::thread submitter([&] {
    InThreads(2, [&](int half) {
      for (int i = half; i < kJobs; i += 2) {
        if (!queue.Submit(TestRequest({TestJob(absl::StrCat("job-", i))})).ok()) refused += 1;
      }
    });
  });
  InThreads(kThreads, [&](int thread) { WorkOff(queue, thread, kJobs, seen); });
  submitter.join();

  REQUIRE(refused == 0);
  REQUIRE(seen.errors == 0);
  REQUIRE(seen.by_job.size() == kJobs);
  for (const auto& [job, count] : seen.by_job) REQUIRE(count == 1);
  REQUIRE(queue.ListPools()->empty());
}

TEST_CASE("a thousand submits of one key meet in one job") {
  SystemClock clock;
  RedisJobQueueOptions options = QueueOptions(SharedRedis(), NewFactory());
  options.connections = kThreads;
  RedisJobQueue queue(options, &clock);
  std::mutex mutex;
  std::set<std::string> build_ids;
  std::atomic<int> created{0};
  InThreads(kThreads, [&](int) {
    for (int i = 0; i < 125; ++i) {
      auto outcome = queue.Submit(TestRequest({TestJob("same")}));
      std::lock_guard lock(mutex);
      build_ids.insert(outcome.ok() ? (*outcome)[0].build_id : "refused");
      if (outcome.ok() && (*outcome)[0].disposition == SubmitDisposition::kQueued) created += 1;
    }
  });
  REQUIRE(build_ids.size() == 1);
  REQUIRE(created == 1);
  REQUIRE((*queue.ListPools())[0].ready == 1);
}

TEST_CASE("racing completes release a dependant once") {
  constexpr int kParents = 32;
  SystemClock clock;
  RedisJobQueueOptions options = QueueOptions(SharedRedis(), NewFactory());
  options.connections = kThreads;
  options.retention = absl::Hours(1);
  RedisJobQueue queue(options, &clock);
  std::vector<JobSpec> jobs;
  std::vector<std::string> parents;
  for (int i = 0; i < kParents; ++i) {
    parents.push_back(absl::StrCat("parent-", i));
    jobs.push_back(TestJob(parents.back()));
  }
  for (int i = 0; i < 20; ++i) jobs.push_back(TestJob(absl::StrCat("kid-", i), parents));
  REQUIRE(queue.Submit(TestRequest(jobs)).ok());
  Deliveries seen;
  InThreads(kThreads,
            [&](int thread) { WorkOff(queue, thread, static_cast<int>(jobs.size()), seen); });
  REQUIRE(seen.errors == 0);
  for (const auto& [job, count] : seen.by_job) REQUIRE(count == 1);
}

}  // namespace
}  // namespace lif
