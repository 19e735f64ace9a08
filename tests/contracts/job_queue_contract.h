// What every JobQueue and WorkQueue must do. A test binary makes a harness for its implementation
// and calls each contract in a TEST_CASE of its own; their SECTIONs each get a fresh harness.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/queue/build_log.h"
#include "common/queue/job_queue.h"

namespace lif {

class QueueHarness {
 public:
  virtual ~QueueHarness() = default;
  virtual JobQueue& jobs() = 0;
  virtual WorkQueue& work() = 0;
  virtual absl::Time Now() = 0;
  // Lets time pass: advances a fake clock, or sleeps.
  virtual void Pass(absl::Duration duration) = 0;
  // A lease that is short for this implementation's clock.
  virtual absl::Duration lease() const = 0;
};

using MakeQueueHarness = std::function<std::unique_ptr<QueueHarness>()>;

void SubmitContract(const MakeQueueHarness& make);
void LeaseContract(const MakeQueueHarness& make);
void RetryContract(const MakeQueueHarness& make);
void EdgeContract(const MakeQueueHarness& make);
void CancelContract(const MakeQueueHarness& make);
void FairnessContract(const MakeQueueHarness& make);
void FleetContract(const MakeQueueHarness& make);

void BuildLogContract(const std::function<std::unique_ptr<BuildLog>()>& make);

// A job named by a word: equal names give equal job IDs. Its build ID is new each time.
JobSpec TestJob(const std::string& name, std::vector<std::string> needs = {},
                const std::string& pool = "amd64");
SubmitRequest TestRequest(std::vector<JobSpec> jobs, const std::string& tenant = "default",
                          int priority = 0);
std::string TestJobId(const std::string& name);

}  // namespace lif
