// The executors' side of RedisJobQueue.
#include <algorithm>
#include <optional>
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

std::vector<std::string> ClaimArguments(const ClaimRequest& request) {
  return {request.executor_id, request.pool, request.nonce,
          std::to_string(absl::ToInt64Milliseconds(request.lease))};
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
  QueueStamp stamp;
  LIF_ASSIGN_OR_RETURN(const RedisReply reply,
                       functions_.Call(calls_, "claim", ClaimArguments(request),
                                       options_.redis.command_timeout, &stamp));
  return TakeClaim(reply, request, stamp);
}

absl::StatusOr<std::optional<ClaimedJob>> RedisJobQueue::TakeClaim(const RedisReply& reply,
                                                                   const ClaimRequest& request,
                                                                   const QueueStamp& stamp) {
  LIF_ASSIGN_OR_RETURN(FieldMap fields, reply.AsMap());
  if (fields.empty()) return std::optional<ClaimedJob>();
  absl::StatusOr<ClaimedJob> job = DecodeClaim(fields);
  if (job.ok()) {
    held_.Add({*job, request.executor_id, request.lease, stamp});
    return std::optional<ClaimedJob>(*std::move(job));
  }
  // Nobody can run it, and it would come to us again and again.
  Lease lease{fields["id"], 0};
  if (!absl::SimpleAtoi(fields["tok"], &lease.token)) return job.status();
  LIF_RETURN_IF_ERROR(Bury(lease, std::string(job.status().message())));
  return std::optional<ClaimedJob>();
}

absl::Status RedisJobQueue::Restore(RedisClient& client, const Lease& lease) {
  const std::optional<HeldClaims::Claim> claim = held_.Find(lease);
  const bool lost = claim && functions_.fence().lineage().LostUpTo(claim->stamp) > 0 &&
                    functions_.fence().newest().epoch != claim->stamp.epoch;
  // An end without an executor has nothing in hand that is worth keeping.
  if (!lost || claim->job.end) return absl::FailedPreconditionError("the claim was not lost");
  std::vector<std::string> arguments = {claim->executor_id,
                                        std::to_string(absl::ToInt64Milliseconds(claim->lease)),
                                        std::to_string(lease.token),
                                        claim->job.tenant,
                                        std::to_string(absl::ToUnixMillis(claim->job.submitted)),
                                        std::to_string(claim->job.attempt - 1)};
  AppendJob(claim->job.spec, arguments);
  return functions_.Call(client, "restore", arguments).status();
}

absl::StatusOr<RedisReply> RedisJobQueue::CallHeld(const std::string& function, const Lease& lease,
                                                   const std::vector<std::string>& more,
                                                   QueueStamp* stamp) {
  std::vector<std::string> arguments = LeaseArguments(lease);
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto call = [&] {
    return functions_.Call(calls_, function, arguments, options_.redis.command_timeout, stamp);
  };
  absl::StatusOr<RedisReply> reply = call();
  if (!absl::IsFailedPrecondition(reply.status()) || !held_.Find(lease)) return reply;
  // An error carries no stamp: ask, so that the fence sees a rollback.
  LIF_RETURN_IF_ERROR(Call("lineage", {}).status());
  return Restore(calls_, lease).ok() ? call() : reply;
}

absl::Status RedisJobQueue::EndHeld(const std::string& function, const Lease& lease,
                                    const std::vector<std::string>& more) {
  const absl::Status status = CallHeld(function, lease, more).status();
  if (status.ok() || absl::IsFailedPrecondition(status)) held_.Remove(lease);
  return status;
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
    const Lease& held = leases[i - 1];
    if (answer == LeaseAnswer::kLost && held_.Find(held)) {
      const absl::Status restored = Restore(heartbeats_, held);
      // No answer is no loss: the next heartbeat asks again.
      if (absl::IsUnavailable(restored)) return restored;
      if (restored.ok()) {
        answer = LeaseAnswer::kOk;
      } else {
        held_.Remove(held);
      }
    }
    beat.leases.push_back(answer);
  }
  return beat;
}

absl::Status RedisJobQueue::Complete(const Lease& lease, const std::string& outcome) {
  LIF_RETURN_IF_ERROR(CheckOutcome(outcome));
  return EndHeld("complete", lease, {outcome});
}

absl::StatusOr<std::optional<ClaimedJob>> RedisJobQueue::CompleteAndClaim(
    const Lease& lease, const std::string& outcome, const ClaimRequest& next) {
  LIF_RETURN_IF_ERROR(CheckOutcome(outcome));
  LIF_RETURN_IF_ERROR(CheckClaim(next));
  std::vector<std::string> more = ClaimArguments(next);
  more.insert(more.begin(), outcome);
  QueueStamp stamp;
  const absl::StatusOr<RedisReply> reply = CallHeld("complete_and_claim", lease, more, &stamp);
  if (reply.ok() || absl::IsFailedPrecondition(reply.status())) held_.Remove(lease);
  if (!reply.ok()) return reply.status();
  return TakeClaim(*reply, next, stamp);
}

absl::StatusOr<FailResult> RedisJobQueue::Fail(const Lease& lease, const JobFailure& failure) {
  const std::optional<BackoffPolicy> backoff = RetryBackoff(failure.failure);
  const BackoffPolicy policy = backoff.value_or(BackoffPolicy{});
  const auto millis = [this](absl::Duration delay) {
    return std::to_string(
        std::max<int64_t>(1, absl::ToInt64Milliseconds(delay * options_.backoff_scale)));
  };
  LIF_ASSIGN_OR_RETURN(
      RedisReply reply,
      CallHeld("fail", lease,
               {std::string(FailureClassName(failure.failure)),
                TruncateUtf8(failure.message, kMessageLimit), backoff ? "1" : "0",
                millis(policy.initial), millis(policy.maximum), std::to_string(RandomPermille())}));
  LIF_ASSIGN_OR_RETURN(int64_t at, reply.AsInteger());
  if (at == 0) return FailResult{};  // still held
  held_.Remove(lease);
  return FailResult{true, absl::FromUnixMillis(at)};
}

absl::Status RedisJobQueue::Bury(const Lease& lease, const std::string& reason) {
  return EndHeld("bury", lease, {TruncateUtf8(reason, kMessageLimit)});
}

absl::Status RedisJobQueue::Requeue(const Lease& lease) {
  return EndHeld("requeue", lease, {});
}

absl::Status RedisJobQueue::Park(const Lease& lease, const std::vector<std::string>& needs) {
  std::vector<std::string> more = {std::to_string(needs.size())};
  more.insert(more.end(), needs.begin(), needs.end());
  return EndHeld("park", lease, more);
}

absl::StatusOr<ClaimedJob> RedisJobQueue::Adopt(const Lease& lease, const std::string& executor_id,
                                                absl::Duration duration) {
  QueueStamp stamp;
  LIF_ASSIGN_OR_RETURN(RedisReply reply,
                       functions_.Call(calls_, "adopt",
                                       {executor_id, lease.job_id, std::to_string(lease.token),
                                        std::to_string(absl::ToInt64Milliseconds(duration))},
                                       options_.redis.command_timeout, &stamp));
  LIF_ASSIGN_OR_RETURN(FieldMap fields, reply.AsMap());
  LIF_ASSIGN_OR_RETURN(ClaimedJob job, DecodeClaim(fields));
  held_.Add({job, executor_id, duration, stamp});
  return job;
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
