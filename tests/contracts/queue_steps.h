// Steps that the queue's contracts share. Each REQUIREs that it succeeds.
#pragma once

#include <string>
#include <vector>

#include "tests/contracts/job_queue_contract.h"

namespace lif {

std::vector<SubmitOutcome> MustSubmit(QueueHarness& queue, const SubmitRequest& request);
// A fresh nonce each time.
std::optional<ClaimedJob> MustClaim(QueueHarness& queue, const std::string& executor = "ex-1",
                                    const std::string& pool = "amd64");
// REQUIREs that there is a job.
ClaimedJob ClaimOne(QueueHarness& queue, const std::string& executor = "ex-1");
Lease LeaseOf(const ClaimedJob& job);
JobView MustGet(QueueHarness& queue, const std::string& build_id);
void MustComplete(QueueHarness& queue, const ClaimedJob& job, const std::string& outcome);
HeartbeatReply Beat(QueueHarness& queue, const std::vector<Lease>& leases,
                    const std::string& executor = "ex-1");
// Lets the leases run out, and reaps.
TickResult LoseLeases(QueueHarness& queue);

}  // namespace lif
