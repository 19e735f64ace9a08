// Moves the published tag of a manifest to an image that passed (design.md §8, publish).
#pragma once

#include "absl/status/status.h"
#include "common/records/record.h"
#include "executor/held_lease.h"
#include "executor/services.h"

namespace lif {

// Idempotent; whoever finds the record after a claim calls it too. Moves nothing unless the record
// is compatible, speaks for its build key (effective), and no newer build of the manifest passed.
// Makes no move before a heartbeat has confirmed the lease, and holds the fleet's lock on the tag.
// ABORTED when the lease is not ours any more; UNAVAILABLE or DEADLINE_EXCEEDED: try again.
absl::Status Publish(const Services& services, const HeldLease& lease, const Record& record);

}  // namespace lif
