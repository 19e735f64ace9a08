#include "tests/contracts/queue_steps.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/digest.h"
#include "common/base/ids.h"
#include "tests/support/catch.h"

namespace lif {

std::string TestJobId(const std::string& name) {
  return Sha256Hex(name) + ".1";
}

JobSpec TestJob(const std::string& name, std::vector<std::string> needs, const std::string& pool) {
  JobSpec job;
  job.job_id = TestJobId(name);
  job.kind = JobKind::kImage;
  job.key = Sha256Hex(name);
  job.generation = 1;
  job.build_id = NewUlid(absl::Now());
  job.manifest_id = name;
  job.platform = "linux/amd64";
  job.pool = pool;
  for (const std::string& need : needs) job.needs.push_back(TestJobId(need));
  return job;
}

SubmitRequest TestRequest(std::vector<JobSpec> jobs, const std::string& tenant, int priority) {
  SubmitRequest request;
  request.request_id = NewUlid(absl::Now());
  request.tenant = tenant;
  request.priority = priority;
  request.jobs = std::move(jobs);
  return request;
}

std::vector<SubmitOutcome> MustSubmit(QueueHarness& queue, const SubmitRequest& request) {
  auto outcomes = queue.jobs().Submit(request);
  INFO(outcomes.status().ToString());
  REQUIRE(outcomes.ok());
  REQUIRE(outcomes->size() == request.jobs.size());
  return *outcomes;
}

std::optional<ClaimedJob> MustClaim(QueueHarness& queue, const std::string& executor,
                                    const std::string& pool) {
  auto job = queue.work().Claim({executor, pool, NewUlid(absl::Now()), queue.lease()});
  INFO(job.status().ToString());
  REQUIRE(job.ok());
  return *job;
}

ClaimedJob ClaimOne(QueueHarness& queue, const std::string& executor) {
  std::optional<ClaimedJob> job = MustClaim(queue, executor);
  REQUIRE(job.has_value());
  return *job;
}

Lease LeaseOf(const ClaimedJob& job) {
  return {job.spec.job_id, job.token};
}

JobView MustGet(QueueHarness& queue, const std::string& build_id) {
  auto view = queue.jobs().GetJob(build_id);
  INFO(view.status().ToString());
  REQUIRE(view.ok());
  return *view;
}

void MustComplete(QueueHarness& queue, const ClaimedJob& job, const std::string& outcome) {
  absl::Status status = queue.work().Complete(LeaseOf(job), outcome);
  INFO(status.ToString());
  REQUIRE(status.ok());
}

HeartbeatReply Beat(QueueHarness& queue, const std::vector<Lease>& leases,
                    const std::string& executor) {
  ExecutorInfo info;
  info.id = executor;
  info.pool = "amd64";
  info.platform = "linux/amd64";
  info.slots = 2;
  info.started = queue.Now();
  auto reply = queue.work().Heartbeat(info, leases, queue.lease());
  INFO(reply.status().ToString());
  REQUIRE(reply.ok());
  REQUIRE(reply->leases.size() == leases.size());
  return *reply;
}

TickResult LoseLeases(QueueHarness& queue) {
  queue.Pass(queue.lease() + absl::Milliseconds(20));
  auto result = queue.jobs().Tick();
  INFO(result.status().ToString());
  REQUIRE(result.ok());
  return *result;
}

}  // namespace lif
