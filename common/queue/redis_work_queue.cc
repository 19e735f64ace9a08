// The executors' side of RedisJobQueue.
#include <algorithm>
#include <random>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/utf8.h"
#include "common/queue/job_codec.h"
#include "common/queue/redis_job_queue.h"
#include "common/queue/retry_policy.h"
#include "common/queue/submit_check.h"

namespace lif {
namespace {

constexpr size_t kMessageLimit = 2048;
constexpr size_t kTextLimit = 256;
// Between the end of a blocking command and the end of our patience with its connection.
constexpr absl::Duration kBellMargin = absl::Seconds(2);

std::vector<std::string> LeaseArguments(const Lease& lease) {
  return {lease.job_id, std::to_string(lease.token)};
}

// An answer that comes after the lease has run out is worth nothing: rather ask again.
absl::Duration HeartbeatTimeout(absl::Duration lease) {
  return std::clamp(lease / 4, absl::Milliseconds(250), absl::Seconds(5));
}

int RandomPermille() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_int_distribution<int>(0, 1000)(generator);
}

absl::StatusOr<LeaseAnswer> ParseAnswer(const std::string& text) {
  if (text == "OK") return LeaseAnswer::kOk;
  if (text == "LOST") return LeaseAnswer::kLost;
  if (text == "CANCEL") return LeaseAnswer::kCancel;
  return absl::InternalError(absl::StrCat("the queue answered '", text, "' for a lease"));
}

}  // namespace

absl::StatusOr<std::optional<ClaimedJob>> RedisJobQueue::Claim(const ClaimRequest& request) {
  LIF_RETURN_IF_ERROR(CheckClaim(request));
  LIF_ASSIGN_OR_RETURN(RedisReply reply,
                       Call("claim", {request.executor_id, request.pool, request.nonce,
                                      std::to_string(absl::ToInt64Milliseconds(request.lease))}));
  LIF_ASSIGN_OR_RETURN(FieldMap fields, reply.AsMap());
  if (fields.empty()) return std::optional<ClaimedJob>();
  absl::StatusOr<ClaimedJob> job = DecodeClaim(fields);
  if (job.ok()) return std::optional<ClaimedJob>(*std::move(job));
  // Nobody can run it, and it would come to us again and again.
  Lease lease{fields["id"], 0};
  if (!absl::SimpleAtoi(fields["tok"], &lease.token)) return job.status();
  LIF_RETURN_IF_ERROR(Bury(lease, std::string(job.status().message())));
  return std::optional<ClaimedJob>();
}

absl::Status RedisJobQueue::WaitForBell(const std::string& pool, absl::Duration wait) {
  // Redis reads 0 as for ever.
  wait = std::clamp(wait, absl::Milliseconds(1), absl::Minutes(5));
  LIF_ASSIGN_OR_RETURN(RedisReply reply, bells_.Call({"BLPOP", functions_.prefix() + "bell:" + pool,
                                                      absl::StrCat(absl::ToDoubleSeconds(wait))},
                                                     Repeat::kNever, wait + kBellMargin));
  if (reply.is_error()) return QueueErrorStatus(reply.text(), options_.redis.Address());
  return absl::OkStatus();
}

absl::StatusOr<HeartbeatReply> RedisJobQueue::Heartbeat(const ExecutorInfo& executor,
                                                        const std::vector<Lease>& leases,
                                                        absl::Duration lease) {
  std::vector<std::string> fields = EncodeExecutor(executor);
  std::vector<std::string> arguments = {executor.id,
                                        std::to_string(absl::ToInt64Milliseconds(lease)),
                                        std::to_string(fields.size() / 2)};
  arguments.insert(arguments.end(), fields.begin(), fields.end());
  arguments.push_back(std::to_string(leases.size()));
  for (const Lease& held : leases) {
    arguments.push_back(held.job_id);
    arguments.push_back(std::to_string(held.token));
  }
  LIF_ASSIGN_OR_RETURN(RedisReply reply, functions_.Call(heartbeats_, "heartbeat", arguments,
                                                         HeartbeatTimeout(lease)));
  LIF_ASSIGN_OR_RETURN(std::vector<std::string> answers, reply.AsStrings());
  if (answers.size() != leases.size() + 1) {
    return absl::InternalError("the queue answered for another number of leases than asked");
  }
  HeartbeatReply beat;
  beat.drain = answers[0] == "1";
  for (size_t i = 1; i < answers.size(); ++i) {
    LIF_ASSIGN_OR_RETURN(LeaseAnswer answer, ParseAnswer(answers[i]));
    beat.leases.push_back(answer);
  }
  return beat;
}

absl::Status RedisJobQueue::Complete(const Lease& lease, const std::string& outcome) {
  LIF_RETURN_IF_ERROR(CheckOutcome(outcome));
  std::vector<std::string> arguments = LeaseArguments(lease);
  arguments.push_back(outcome);
  return CallForOk("complete", arguments);
}

absl::StatusOr<FailResult> RedisJobQueue::Fail(const Lease& lease, const JobFailure& failure) {
  const std::optional<BackoffPolicy> backoff = RetryBackoff(failure.failure);
  const BackoffPolicy policy = backoff.value_or(BackoffPolicy{});
  const auto millis = [this](absl::Duration delay) {
    return std::to_string(
        std::max<int64_t>(1, absl::ToInt64Milliseconds(delay * options_.backoff_scale)));
  };
  std::vector<std::string> arguments = LeaseArguments(lease);
  arguments.insert(arguments.end(), {std::string(FailureClassName(failure.failure)),
                                     TruncateUtf8(failure.message, kMessageLimit),
                                     backoff ? "1" : "0", millis(policy.initial),
                                     millis(policy.maximum), std::to_string(RandomPermille())});
  LIF_ASSIGN_OR_RETURN(RedisReply reply, Call("fail", arguments));
  LIF_ASSIGN_OR_RETURN(int64_t at, reply.AsInteger());
  if (at == 0) return FailResult{};
  return FailResult{true, absl::FromUnixMillis(at)};
}

absl::Status RedisJobQueue::Bury(const Lease& lease, const std::string& reason) {
  std::vector<std::string> arguments = LeaseArguments(lease);
  arguments.push_back(TruncateUtf8(reason, kMessageLimit));
  return CallForOk("bury", arguments);
}

absl::Status RedisJobQueue::Requeue(const Lease& lease) {
  return CallForOk("requeue", LeaseArguments(lease));
}

absl::Status RedisJobQueue::Park(const Lease& lease, const std::vector<std::string>& needs) {
  std::vector<std::string> arguments = LeaseArguments(lease);
  arguments.push_back(std::to_string(needs.size()));
  arguments.insert(arguments.end(), needs.begin(), needs.end());
  return CallForOk("park", arguments);
}

absl::StatusOr<ClaimedJob> RedisJobQueue::Adopt(const Lease& lease, const std::string& executor_id,
                                                absl::Duration duration) {
  LIF_ASSIGN_OR_RETURN(RedisReply reply,
                       Call("adopt", {executor_id, lease.job_id, std::to_string(lease.token),
                                      std::to_string(absl::ToInt64Milliseconds(duration))}));
  LIF_ASSIGN_OR_RETURN(FieldMap fields, reply.AsMap());
  return DecodeClaim(fields);
}

absl::Status RedisJobQueue::ReportProgress(const Lease& lease, const JobProgress& progress) {
  std::vector<std::string> arguments = LeaseArguments(lease);
  arguments.insert(arguments.end(),
                   {TruncateUtf8(progress.stage, kTextLimit), std::to_string(progress.step),
                    std::to_string(progress.steps), TruncateUtf8(progress.step_name, kTextLimit),
                    progress.cached ? "1" : "0", std::to_string(progress.steps_cached),
                    std::to_string(progress.log_bytes)});
  return CallForOk("progress", arguments);
}

absl::Status RedisJobQueue::Unregister(const std::string& executor_id) {
  return CallForOk("unregister", {executor_id});
}

}  // namespace lif
