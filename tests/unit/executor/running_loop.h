// An ExecutorLoop over a rig, for tests of it.
#pragma once

#include <atomic>
#include <thread>
#include <utility>

#include "executor/executor_loop.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {

// Runs a loop over a rig in a thread of its own.
class RunningLoop {
 public:
  RunningLoop(ExecutorRig& rig, JobHandler& handler, ExecutorLoop::Options options)
      : loop_(std::move(options), rig.queue, handler, *rig.keeper, rig.clock, NullLogger()),
        thread_([this] {
          loop_.Run(drain.get_token(), hurry.get_token());
          ended = true;
        }) {}
  ~RunningLoop() {
    drain.request_stop();
    hurry.request_stop();
  }
  int busy() const { return loop_.busy(); }

  std::stop_source drain;
  std::stop_source hurry;
  std::atomic<bool> ended = false;

 private:
  ExecutorLoop loop_;
  std::jthread thread_;
};

inline ExecutorLoop::Options LoopOptions(int slots) {
  ExecutorLoop::Options options;
  options.executor_id = "executor-1";
  options.pool = "amd64";
  options.slots = slots;
  options.lease = ExecutorRig::kLease;
  options.drain_timeout = absl::Minutes(10);
  return options;
}

}  // namespace lif
