// What every implementation of JobQueue checks of a request before it looks at the queue.
#pragma once

#include "absl/status/status.h"
#include "common/queue/job_queue.h"

namespace lif {

inline constexpr int kMaxJobsPerSubmit = 64;
inline constexpr int kMaxNeeds = 64;
inline constexpr int kMaxWaiters = 256;
inline constexpr int kMaxCrashes = 3;

// INVALID_ARGUMENT naming the field and what to write. Whether needs exist is the queue's to know.
absl::Status CheckSubmit(const SubmitRequest& request);

// INVALID_ARGUMENT for a claim that no queue would serve.
absl::Status CheckClaim(const ClaimRequest& request);

// "compatible", "incompatible", "failed", "error" or "cancelled".
absl::Status CheckOutcome(const std::string& outcome);

}  // namespace lif
