// What a slot goes on with: the job that its completion claimed.
#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/await.h"
#include "tests/unit/executor/running_loop.h"

namespace lif {
namespace {

// Completes each job and claims the next, as the settler does; or loses the answer to that.
class ChainHandler final : public JobHandler {
 public:
  ChainHandler(WorkQueue& queue, bool loses) : queue_(queue), loses_(loses) {}
  void Handle(const ClaimedJob& job, HeldLease& lease) override {
    handled.push_back(Lease{job.spec.job_id, job.token});
    const std::optional<ClaimRequest> request = lease.successor()->Request();
    if (!request.has_value()) {
      ++refused;
      queue_.Complete(lease.lease(), "compatible").IgnoreError();
      return;
    }
    const auto next = queue_.CompleteAndClaim(lease.lease(), "compatible", *request);
    if (!next.ok() || !next->has_value()) return;
    given.push_back(Lease{(*next)->spec.job_id, (*next)->token});
    if (!loses_) lease.successor()->Take(**next);
  }
  // Of the one slot's thread; read when it has ended.
  std::vector<Lease> handled;
  std::vector<Lease> given;
  int refused = 0;

 private:
  WorkQueue& queue_;
  const bool loses_;
};

void CheckChain(bool loses) {
  ExecutorRig rig;
  ChainHandler handler(rig.queue, loses);
  std::vector<std::string> builds;
  for (int generation = 1; generation <= 4; ++generation) {
    builds.push_back(rig.Submit("good", generation));
  }
  {
    const TimePump pump(rig.clock);
    const RunningLoop loop(rig, handler, LoopOptions(1));
    AwaitSoon([&] {
      return std::all_of(builds.begin(), builds.end(), [&](const std::string& build) {
        return rig.MustGetJob(build).state == JobState::kDone;
      });
    });
  }
  REQUIRE(handler.handled.size() == 4);
  REQUIRE(handler.given.size() == 3);
  // The same leases: what was claimed is neither claimed again nor waited for.
  for (size_t i = 0; i < handler.given.size(); ++i) {
    CHECK(handler.given[i].job_id == handler.handled[i + 1].job_id);
    CHECK(handler.given[i].token == handler.handled[i + 1].token);
  }
  for (const std::string& build : builds) CHECK(rig.MustGetJob(build).crash_count == 0);
  CHECK(rig.keeper->held() == 0);
}

TEST_CASE("A slot goes on with the job that its completion claimed") {
  CheckChain(false);
}

TEST_CASE("A slot asks for the job that a completion without an answer claimed") {
  CheckChain(true);
}

TEST_CASE("A slot that drains claims nothing with its completion") {
  ExecutorRig rig;
  std::atomic<bool> paused = false;
  class PausingHandler final : public JobHandler {
   public:
    PausingHandler(WorkQueue& queue, std::atomic<bool>& pause)
        : chain(queue, false), pause_(pause) {}
    void Handle(const ClaimedJob& job, HeldLease& lease) override {
      pause_ = true;
      chain.Handle(job, lease);
      ++ended;
    }
    ChainHandler chain;
    std::atomic<int> ended = 0;

   private:
    std::atomic<bool>& pause_;
  } handler(rig.queue, paused);
  rig.Submit("good", 1);
  const std::string second = rig.Submit("good", 2);
  ExecutorLoop::Options options = LoopOptions(1);
  options.paused = [&] { return paused.load(); };
  {
    const TimePump pump(rig.clock);
    const RunningLoop loop(rig, handler, options);
    AwaitSoon([&] { return handler.ended == 1; });
  }
  CHECK(handler.chain.refused == 1);
  CHECK(rig.MustGetJob(second).state == JobState::kReady);
}

}  // namespace
}  // namespace lif
