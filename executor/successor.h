// The job that a slot goes on with, claimed in the call that completes the one before it: one round
// trip, and one sync of Redis' disk, for both.
#pragma once

#include <optional>

#include "common/queue/job_queue.h"

namespace lif {

// Of one thread: the slot's, which handles the job before.
class Successor {
 public:
  virtual ~Successor() = default;
  // What to claim it with, the same at each call; nullopt when the slot takes no more.
  virtual std::optional<ClaimRequest> Request() = 0;
  // Its lease begins now.
  virtual void Take(const ClaimedJob& job) = 0;
};

}  // namespace lif
