#include "common/queue/redis_job_queue.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/queue/job_codec.h"
#include "common/queue/submit_check.h"

namespace lif {
namespace {

// Bounded so that no call of Redis is long; a tick that found so much is followed by another.
constexpr int kTickLimit = 50;
constexpr size_t kViewBatch = 100;
constexpr size_t kListScan = 5000;
constexpr size_t kMaxGetJobs = 1000;

RedisClientOptions ClientOptions(const RedisJobQueueOptions& options, int connections) {
  RedisClientOptions client;
  client.redis = options.redis;
  client.connections = connections;
  return client;
}

RedisClientOptions SubmitOptions(const RedisJobQueueOptions& options) {
  RedisClientOptions client = ClientOptions(options, options.connections);
  client.wait_replicas = options.wait_replicas;
  client.wait_timeout = options.wait_timeout;
  return client;
}

absl::StatusOr<SubmitDisposition> ParseDisposition(const std::string& text) {
  if (text == "queued") return SubmitDisposition::kQueued;
  if (text == "joined") return SubmitDisposition::kJoined;
  if (text == "done") return SubmitDisposition::kDone;
  return absl::InternalError(absl::StrCat("the queue answered disposition '", text, "'"));
}

absl::StatusOr<CancelResult> ParseCancelResult(const std::string& text) {
  if (text == "cancelled") return CancelResult::kCancelled;
  if (text == "requested") return CancelResult::kRequested;
  if (text == "shared") return CancelResult::kShared;
  if (text == "ended") return CancelResult::kEnded;
  return absl::InternalError(absl::StrCat("the queue answered cancel result '", text, "'"));
}

}  // namespace

RedisJobQueue::RedisJobQueue(RedisJobQueueOptions options, Clock* clock)
    : options_(std::move(options)),
      calls_(ClientOptions(options_, options_.connections), clock),
      submits_(SubmitOptions(options_), clock),
      heartbeats_(ClientOptions(options_, 1), clock),
      bells_(ClientOptions(options_, options_.bells), clock),
      functions_(options_.factory),
      clock_(clock) {}

absl::Status RedisJobQueue::CallForOk(const std::string& function,
                                      const std::vector<std::string>& arguments) {
  return Call(function, arguments).status();
}

absl::StatusOr<std::vector<SubmitOutcome>> RedisJobQueue::Submit(const SubmitRequest& request) {
  LIF_RETURN_IF_ERROR(CheckSubmit(request));
  QueueStamp stamp;
  LIF_ASSIGN_OR_RETURN(std::vector<SubmitOutcome> outcomes, SubmitOnce(request, &stamp));
  submitted_.Remember(stamp, request, clock_->Now());
  return outcomes;
}

int RedisJobQueue::SubmitLost() {
  constexpr size_t kRequestsPerTick = 200;
  int jobs = 0;
  for (SubmitLedger::Entry& entry :
       submitted_.TakeLost(functions_.fence().lineage(), kRequestsPerTick, clock_->Now())) {
    const absl::Status status = Submit(entry.request).status();
    // A need may be another replica's to bring back: it is tried again as long as the ledger keeps
    // it.
    if (status.ok()) {
      jobs += static_cast<int>(entry.request.jobs.size());
    } else {
      submitted_.PutBack(std::move(entry));
    }
  }
  return jobs;
}

absl::StatusOr<std::vector<SubmitOutcome>> RedisJobQueue::SubmitOnce(const SubmitRequest& request,
                                                                     QueueStamp* stamp) {
  const int64_t ttl = request.queue_ttl == absl::InfiniteDuration()
                          ? 0
                          : absl::ToInt64Milliseconds(request.queue_ttl);
  std::vector<std::string> arguments = {request.request_id,
                                        request.tenant,
                                        std::to_string(request.priority),
                                        std::to_string(ttl),
                                        std::to_string(request.chunk),
                                        std::to_string(request.chunks),
                                        std::to_string(request.jobs.size())};
  for (const JobSpec& job : request.jobs) AppendJob(job, arguments);
  LIF_ASSIGN_OR_RETURN(RedisReply reply,
                       functions_.Call(options_.wait_replicas > 0 ? submits_ : calls_, "submit",
                                       arguments, options_.redis.command_timeout, stamp));
  LIF_ASSIGN_OR_RETURN(std::vector<std::string> flat, reply.AsStrings());
  if (flat.size() != 3 * request.jobs.size()) {
    return absl::InternalError("the queue answered for another number of jobs than submitted");
  }
  std::vector<SubmitOutcome> outcomes;
  for (size_t i = 0; i < request.jobs.size(); ++i) {
    LIF_ASSIGN_OR_RETURN(SubmitDisposition disposition, ParseDisposition(flat[3 * i + 1]));
    const std::string& more = flat[3 * i + 2];
    const bool earlier = more.size() > 1;  // the job ID of a generation that this request made
    outcomes.push_back(
        {earlier ? more : request.jobs[i].job_id, flat[3 * i], disposition, more == "1"});
  }
  return outcomes;
}

absl::StatusOr<CancelResult> RedisJobQueue::Cancel(const std::string& build_id,
                                                   const std::string& tenant) {
  LIF_ASSIGN_OR_RETURN(RedisReply reply,
                       Call("cancel", {build_id, tenant, tenant.empty() ? "1" : "0"}));
  LIF_ASSIGN_OR_RETURN(std::string text, reply.AsString());
  LIF_ASSIGN_OR_RETURN(const CancelResult result, ParseCancelResult(text));
  if (result == CancelResult::kCancelled || result == CancelResult::kRequested) {
    submitted_.Forget(build_id);
  }
  return result;
}

absl::StatusOr<TickResult> RedisJobQueue::Tick() {
  LIF_ASSIGN_OR_RETURN(
      RedisReply reply,
      Call("tick", {std::to_string(kTickLimit),
                    std::to_string(absl::ToInt64Milliseconds(options_.retention)),
                    std::to_string(absl::ToInt64Milliseconds(options_.dead_retention))}));
  std::vector<int> counts;
  for (const RedisReply& item : reply.items()) {
    LIF_ASSIGN_OR_RETURN(int64_t count, item.AsInteger());
    counts.push_back(static_cast<int>(count));
  }
  if (counts.size() != 6) return absl::InternalError("the queue answered a tick of another shape");
  TickResult result{counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
  result.writes_lost = functions_.fence().TakeLost();
  result.resubmitted = SubmitLost();
  return result;
}

absl::StatusOr<JobView> RedisJobQueue::GetJob(const std::string& build_id) {
  LIF_ASSIGN_OR_RETURN(std::vector<std::optional<JobView>> views, FetchViews("builds", {build_id}));
  if (!views[0]) {
    return absl::NotFoundError(absl::StrCat("build ", build_id, " is not in the queue"));
  }
  return *views[0];
}

absl::StatusOr<std::vector<std::optional<JobView>>> RedisJobQueue::GetJobs(
    const std::vector<std::string>& build_ids) {
  if (build_ids.size() > kMaxGetJobs) {
    return absl::InvalidArgumentError(absl::StrCat("build_ids: at most ", kMaxGetJobs));
  }
  return FetchViews("builds", build_ids);
}

absl::StatusOr<std::vector<std::optional<JobView>>> RedisJobQueue::FindJobs(
    const std::vector<std::string>& job_ids) {
  if (job_ids.size() > kMaxGetJobs) {
    return absl::InvalidArgumentError(absl::StrCat("job_ids: at most ", kMaxGetJobs));
  }
  return FetchViews("views", job_ids);
}

absl::StatusOr<std::vector<std::optional<JobView>>> RedisJobQueue::FetchViews(
    const std::string& function, const std::vector<std::string>& ids) {
  std::vector<std::optional<JobView>> views;
  for (size_t at = 0; at < ids.size(); at += kViewBatch) {
    const size_t end = std::min(ids.size(), at + kViewBatch);
    std::vector<std::string> batch(ids.begin() + static_cast<ptrdiff_t>(at),
                                   ids.begin() + static_cast<ptrdiff_t>(end));
    LIF_ASSIGN_OR_RETURN(RedisReply reply, Call(function, batch));
    if (reply.items().size() != batch.size()) {
      return absl::InternalError("the queue answered for another number of jobs than asked");
    }
    for (const RedisReply& item : reply.items()) {
      LIF_ASSIGN_OR_RETURN(FieldMap fields, item.AsMap());
      if (fields.empty()) {
        views.push_back(std::nullopt);
        continue;
      }
      // A corrupt entry hides itself alone; a check of the queue tells of it.
      absl::StatusOr<JobView> view = DecodeView(fields);
      views.push_back(view.ok() ? std::optional<JobView>(*std::move(view)) : std::nullopt);
    }
  }
  return views;
}

absl::StatusOr<std::vector<std::string>> RedisJobQueue::ListIds(const std::string& state,
                                                                int limit) {
  LIF_ASSIGN_OR_RETURN(RedisReply reply, Call("list", {state, std::to_string(limit)}));
  LIF_ASSIGN_OR_RETURN(std::vector<std::string> flat, reply.AsStrings());
  std::vector<std::string> ids;
  for (size_t i = 0; i < flat.size(); i += 2) ids.push_back(std::move(flat[i]));
  return ids;
}

absl::StatusOr<std::vector<JobView>> RedisJobQueue::ListJobs(const JobFilter& filter) {
  if (filter.limit < 1 || filter.limit > 1000) {
    return absl::InvalidArgumentError("limit: write 1 to 1000");
  }
  // A filter that Redis has no index for needs more than `limit` to choose from.
  const bool selective =
      !filter.pool.empty() || !filter.manifest_id.empty() || !filter.kinds.empty();
  const int fetch = selective ? 1000 : filter.limit;
  std::vector<std::string> states = {"active", "ready", "delayed", "waiting", "ending", "done"};
  if (filter.state) states = {std::string(JobStateName(*filter.state))};
  std::vector<std::string> ids;
  std::set<std::string> seen;
  for (const std::string& state : states) {
    LIF_ASSIGN_OR_RETURN(std::vector<std::string> found, ListIds(state, fetch));
    for (std::string& id : found) {
      if (ids.size() < kListScan && seen.insert(id).second) ids.push_back(std::move(id));
    }
  }
  LIF_ASSIGN_OR_RETURN(std::vector<std::optional<JobView>> views, FetchViews("views", ids));
  std::vector<JobView> jobs;
  for (std::optional<JobView>& view : views) {
    if (view && Matches(filter, *view)) jobs.push_back(*std::move(view));
  }
  std::stable_sort(jobs.begin(), jobs.end(), [](const JobView& a, const JobView& b) {
    return a.submitted != b.submitted ? a.submitted > b.submitted
                                      : a.spec.build_id > b.spec.build_id;
  });
  if (jobs.size() > static_cast<size_t>(filter.limit)) {
    jobs.resize(static_cast<size_t>(filter.limit));
  }
  return jobs;
}

absl::StatusOr<std::vector<PoolStats>> RedisJobQueue::ListPools() {
  LIF_ASSIGN_OR_RETURN(RedisReply reply, Call("pools", {}));
  LIF_ASSIGN_OR_RETURN(std::vector<ExecutorInfo> executors, ListExecutors());
  std::map<std::string, PoolStats> pools;
  for (const RedisReply& item : reply.items()) {
    LIF_ASSIGN_OR_RETURN(FieldMap fields, item.AsMap());
    LIF_ASSIGN_OR_RETURN(PoolStats pool, DecodePool(fields));
    pools[pool.pool] = pool;
  }
  for (const ExecutorInfo& executor : executors) {
    if (!executor.alive) continue;
    PoolStats& pool = pools[executor.pool];
    pool.pool = executor.pool;
    pool.executors += 1;
    pool.slots += executor.slots;
  }
  std::vector<PoolStats> busy;
  for (const auto& [name, pool] : pools) {
    const int64_t work = pool.ready + pool.active + pool.waiting + pool.delayed;
    if (work > 0 || pool.executors > 0) busy.push_back(pool);
  }
  return busy;
}

absl::StatusOr<std::vector<ExecutorInfo>> RedisJobQueue::ListExecutors() {
  LIF_ASSIGN_OR_RETURN(RedisReply reply, Call("executors", {}));
  std::vector<ExecutorInfo> executors;
  for (const RedisReply& item : reply.items()) {
    LIF_ASSIGN_OR_RETURN(FieldMap fields, item.AsMap());
    absl::StatusOr<ExecutorInfo> executor = DecodeExecutor(fields);
    if (executor.ok()) executors.push_back(*std::move(executor));
  }
  std::sort(executors.begin(), executors.end(),
            [](const ExecutorInfo& a, const ExecutorInfo& b) { return a.id < b.id; });
  return executors;
}

absl::Status RedisJobQueue::RequestDrain(const std::string& executor_id, bool drain) {
  return CallForOk("drain", {executor_id, drain ? "1" : "0"});
}

}  // namespace lif
