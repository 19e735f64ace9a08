// Rates of the queue against a Redis that the caller started: bench_queue SOCKET FACTORY THREADS N
// submits N jobs, then claims and completes them all. Prints one line of JSON.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/queue/redis_job_queue.h"

namespace lif {
namespace {

constexpr absl::Duration kLease = absl::Seconds(60);

SubmitRequest MakeRequest(int number) {
  JobSpec job;
  job.key = Sha256Hex(std::to_string(number));
  job.job_id = job.key + ".1";
  job.build_id = NewUlid(absl::Now());
  job.manifest_id = "bench";
  job.platform = "linux/amd64";
  job.pool = "amd64";
  SubmitRequest request;
  request.request_id = job.build_id;
  request.jobs = {job};
  return request;
}

// Operations a second of `threads` that share a count of `total`; 0 when one failed.
double Rate(int threads, int total, const std::function<bool(int)>& operation) {
  std::atomic<int> next{0};
  std::atomic<int> failures{0};
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> crew;
  for (int i = 0; i < threads; ++i) {
    crew.emplace_back([&] {
      for (int number = next++; number < total; number = next++) {
        if (!operation(number)) failures += 1;
      }
    });
  }
  for (std::thread& thread : crew) thread.join();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return failures > 0 ? 0 : total / elapsed.count();
}

bool ClaimAndComplete(RedisJobQueue& queue) {
  auto job = queue.Claim({"bench", "amd64", NewUlid(absl::Now()), kLease});
  if (!job.ok() || !job->has_value()) return false;
  return queue.Complete({(*job)->spec.job_id, (*job)->token}, "compatible").ok();
}

int Main(const std::string& socket, const std::string& factory, int threads, int total) {
  SystemClock clock;
  RedisJobQueueOptions options;
  options.redis.unix_path = socket;
  options.factory = factory;
  options.connections = threads;
  RedisJobQueue queue(options, &clock);
  const double submits =
      Rate(threads, total, [&](int number) { return queue.Submit(MakeRequest(number)).ok(); });
  const double completes = Rate(threads, total, [&](int) { return ClaimAndComplete(queue); });
  std::printf("{\"submits_per_s\": %.0f, \"claims_and_completes_per_s\": %.0f}\n", submits,
              completes);
  return submits > 0 && completes > 0 ? 0 : 1;
}

}  // namespace
}  // namespace lif

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: bench_queue SOCKET FACTORY THREADS JOBS\n", stderr);
    return 2;
  }
  return lif::Main(argv[1], argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
}
