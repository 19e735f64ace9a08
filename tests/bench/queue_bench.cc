// The queue against a Redis that the caller started. Prints one line of JSON.
//   bench_queue rates SOCKET FACTORY THREADS N
//       submits N jobs, then claims and completes them all
//   bench_queue latency SOCKET FACTORY THREADS N RATE
//       submits N jobs at RATE a second, which THREADS idle claimers pick up
//   bench_queue through SOCKET FACTORY THREADS N
//       the same as fast as it goes: jobs a second, submitted, claimed and completed
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/queue/redis_job_queue.h"
#include "tests/bench/statistics.h"

namespace lif {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr absl::Duration kLease = absl::Seconds(60);
constexpr absl::Duration kPoll = absl::Seconds(2);  // as ExecutorLoop's
constexpr int kSubmitters = 4;

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

ClaimRequest MakeClaim() {
  return {"bench", "amd64", NewUlid(absl::Now()), kLease};
}

RedisJobQueueOptions OptionsOf(const std::string& socket, const std::string& factory, int threads) {
  RedisJobQueueOptions options;
  options.redis.unix_path = socket;
  options.factory = factory;
  options.connections = threads;
  options.bells = threads;
  return options;
}

// `threads` that share a count of `total`; how many operations failed.
int Share(int threads, int total, const std::function<bool(int)>& operation) {
  std::atomic<int> next{0};
  std::atomic<int> failures{0};
  std::vector<std::thread> crew;
  for (int i = 0; i < threads; ++i) {
    crew.emplace_back([&] {
      for (int number = next++; number < total; number = next++) {
        if (!operation(number)) failures += 1;
      }
    });
  }
  for (std::thread& thread : crew) thread.join();
  return failures;
}

// Operations a second; 0 when one failed.
double Rate(int threads, int total, const std::function<bool(int)>& operation) {
  const SteadyTime start = std::chrono::steady_clock::now();
  const int failures = Share(threads, total, operation);
  return failures > 0 ? 0 : total / (MillisecondsSince(start) / 1000);
}

// As a slot of an executor: each completion claims the next job.
bool WorkOff(RedisJobQueue& queue) {
  auto job = queue.Claim(MakeClaim());
  while (job.ok() && job->has_value()) {
    job = queue.CompleteAndClaim({(*job)->spec.job_id, (*job)->token}, "compatible", MakeClaim());
  }
  return job.ok();
}

// Jobs a second; 0 when something failed, or not all of them are done.
double WorkRate(RedisJobQueue& queue, int threads, int total) {
  const SteadyTime start = std::chrono::steady_clock::now();
  const int failures = Share(threads, threads, [&](int) { return WorkOff(queue); });
  const double rate = total / (MillisecondsSince(start) / 1000);
  const auto pools = queue.ListPools();
  const bool done =
      pools.ok() && std::all_of(pools->begin(), pools->end(), [](const PoolStats& pool) {
        return pool.ready + pool.active == 0;
      });
  return failures == 0 && done ? rate : 0;
}

int Rates(const std::string& socket, const std::string& factory, int threads, int total) {
  SystemClock clock;
  RedisJobQueue queue(OptionsOf(socket, factory, threads), &clock);
  const double submits =
      Rate(threads, total, [&](int number) { return queue.Submit(MakeRequest(number)).ok(); });
  const double completes = WorkRate(queue, threads, total);
  std::printf("{\"submits_per_s\": %.0f, \"claims_and_completes_per_s\": %.0f}\n", submits,
              completes);
  return submits > 0 && completes > 0 ? 0 : 1;
}

// From when a submit was due to when a claimer had the job, in milliseconds.
class Pickups {
 public:
  Pickups(RedisJobQueue& queue, int total, double rate)
      : queue_(queue), rate_(rate), samples_(static_cast<size_t>(total)) {}

  // Whether nothing failed.
  bool Run(int claimers) {
    std::vector<std::thread> crew;
    for (int i = 0; i < claimers; ++i) {
      crew.emplace_back([this] { Work(); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(300));  // all wait for the bell
    start_ = std::chrono::steady_clock::now();
    const int failures =
        Share(kSubmitters, static_cast<int>(samples_.size()), [this](int i) { return Submit(i); });
    for (std::thread& thread : crew) thread.join();
    return failures == 0 && failures_ == 0;
  }

  const std::vector<double>& samples() const { return samples_; }

 private:
  SteadyTime Due(int number) const {
    return start_ + std::chrono::nanoseconds(static_cast<int64_t>(number / rate_ * 1e9));
  }

  bool Submit(int number) {
    std::this_thread::sleep_until(Due(number));
    SubmitRequest request = MakeRequest(number);
    request.jobs[0].traceparent = std::to_string(number);
    return queue_.Submit(request).ok();
  }

  void Work() {
    auto job = queue_.Claim(MakeClaim());
    while (claimed_ < samples_.size() && failures_ == 0) {
      if (!job.ok()) {
        failures_ += 1;
      } else if (job->has_value()) {
        const int number = std::atoi((*job)->spec.traceparent.c_str());
        samples_[static_cast<size_t>(number)] = MillisecondsSince(Due(number));
        claimed_ += 1;
        job = queue_.CompleteAndClaim({(*job)->spec.job_id, (*job)->token}, "compatible",
                                      MakeClaim());
      } else if (queue_.WaitForBell("amd64", kPoll).ok()) {
        job = queue_.Claim(MakeClaim());
      } else {
        failures_ += 1;
      }
    }
  }

  RedisJobQueue& queue_;
  const double rate_;
  SteadyTime start_;
  std::vector<double> samples_;  // each written once, by who claims the job
  std::atomic<size_t> claimed_{0};
  std::atomic<int> failures_{0};
};

int Latency(const std::string& socket, const std::string& factory, int threads, int total,
            double rate) {
  SystemClock clock;
  RedisJobQueue queue(OptionsOf(socket, factory, threads + kSubmitters), &clock);
  Pickups pickups(queue, total, rate);
  if (!pickups.Run(threads)) return 1;
  PrintSamples("pickup", pickups.samples());
  return 0;
}

int Through(const std::string& socket, const std::string& factory, int threads, int total) {
  SystemClock clock;
  RedisJobQueue queue(OptionsOf(socket, factory, threads + kSubmitters), &clock);
  constexpr double kAtOnce = 1e9;
  Pickups pickups(queue, total, kAtOnce);
  if (!pickups.Run(threads)) return 1;
  // Every sample counts from the start.
  const double longest = *std::max_element(pickups.samples().begin(), pickups.samples().end());
  std::printf("{\"jobs_per_s\": %.0f}\n", total / (longest / 1000));
  return 0;
}

}  // namespace
}  // namespace lif

int main(int argc, char** argv) {
  if (argc == 6 && std::strcmp(argv[1], "rates") == 0) {
    return lif::Rates(argv[2], argv[3], std::atoi(argv[4]), std::atoi(argv[5]));
  }
  if (argc == 6 && std::strcmp(argv[1], "through") == 0) {
    return lif::Through(argv[2], argv[3], std::atoi(argv[4]), std::atoi(argv[5]));
  }
  if (argc == 7 && std::strcmp(argv[1], "latency") == 0) {
    return lif::Latency(argv[2], argv[3], std::atoi(argv[4]), std::atoi(argv[5]),
                        std::atof(argv[6]));
  }
  std::fputs(
      "usage: bench_queue rates SOCKET FACTORY THREADS JOBS\n"
      "       bench_queue latency SOCKET FACTORY THREADS JOBS RATE\n"
      "       bench_queue through SOCKET FACTORY THREADS JOBS\n",
      stderr);
  return 2;
}
