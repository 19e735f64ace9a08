// Jobs, pools and executors as the function library sends them: flat maps of text. Whoever can
// write to Redis can forge them, so everything is checked; INTERNAL says what is not as it should.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/queue/job.h"
#include "common/queue/job_queue.h"

namespace lif {

using FieldMap = std::map<std::string, std::string>;

absl::StatusOr<ClaimedJob> DecodeClaim(const FieldMap& fields);
absl::StatusOr<JobView> DecodeView(const FieldMap& fields);
absl::StatusOr<ExecutorInfo> DecodeExecutor(const FieldMap& fields);
absl::StatusOr<PoolStats> DecodePool(const FieldMap& fields);

// name, value, name, value…; id, heartbeat and alive are the queue's.
std::vector<std::string> EncodeExecutor(const ExecutorInfo& executor);

// job_id, kind, build_id, … as lif_v2_submit reads them.
void AppendJob(const JobSpec& job, std::vector<std::string>& arguments);

}  // namespace lif
