#include "common/queue/redis_queue_admin.h"

#include <algorithm>
#include <map>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/queue/job_codec.h"

namespace lif {
namespace {

constexpr size_t kViewBatch = 100;

absl::StatusOr<int64_t> Number(const std::string& text) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) {
    return absl::InternalError(absl::StrCat("the queue answered '", text, "' for a number"));
  }
  return value;
}

// One of the walks that a check is made of: calls `function` from cursor to cursor.
class Walk {
 public:
  Walk(RedisClient& client, QueueFunctions& functions, QueueCheck& check, size_t limit)
      : client_(client), functions_(functions), check_(check), limit_(limit) {}

  // Answers how many entries were looked at.
  absl::StatusOr<int64_t> Run(const std::string& function, const std::string& index) {
    int64_t entries = 0;
    std::string cursor = "0";
    do {
      std::vector<std::string> arguments;
      if (!index.empty()) arguments.push_back(index);
      arguments.push_back(cursor);
      LIF_ASSIGN_OR_RETURN(RedisReply reply, functions_.Call(client_, function, arguments));
      LIF_ASSIGN_OR_RETURN(std::vector<std::string> flat, reply.AsStrings());
      if (flat.size() < 2 || (flat.size() - 2) % 3 != 0) {
        return absl::InternalError("the queue answered a check of another shape");
      }
      cursor = flat[0];
      LIF_ASSIGN_OR_RETURN(int64_t seen, Number(flat[1]));
      entries += seen;
      for (size_t i = 2; i < flat.size(); i += 3) Add({flat[i], flat[i + 1], flat[i + 2]});
    } while (cursor != "0");
    return entries;
  }

 private:
  // SCAN may answer a key twice.
  void Add(QueueViolation violation) {
    if (!seen_
             .insert(
                 absl::StrCat(violation.invariant, " ", violation.job_id, " ", violation.detail))
             .second) {
      return;
    }
    check_.violation_count += 1;
    if (check_.violations.size() < limit_) check_.violations.push_back(std::move(violation));
  }

  RedisClient& client_;
  QueueFunctions& functions_;
  QueueCheck& check_;
  const size_t limit_;
  std::set<std::string> seen_;
};

std::string ReadyText(const std::map<std::string, std::string>& why, int64_t ahead) {
  if (auto quota = why.find("quota"); quota != why.end()) {
    return absl::StrCat("tenant ", why.at("tenant"), " runs all ", quota->second,
                        " jobs that it may");
  }
  if (ahead == 0) {
    return absl::StrCat("next of tenant ", why.at("tenant"), "; waits for a free slot in pool ",
                        why.at("pool"));
  }
  return absl::StrCat("behind ", ahead, ahead == 1 ? " job" : " jobs", " of tenant ",
                      why.at("tenant"), " in pool ", why.at("pool"));
}

// "attempt 2 of 3 begins at …, because attempt 1 failed: …"
std::string RetryText(const std::map<std::string, std::string>& why) {
  int64_t due = 0;
  int failed = 0;
  if (!absl::SimpleAtoi(why.at("nb"), &due) || !absl::SimpleAtoi(why.at("att"), &failed)) {
    return "backing off after a failed attempt";
  }
  std::string text = absl::StrCat(
      "attempt ", failed + 1, " of ", why.at("max"), " begins at ",
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMillis(due), absl::UTCTimeZone()));
  const std::string& error = why.at("err");
  if (!error.empty()) absl::StrAppend(&text, ", because attempt ", failed, " failed: ", error);
  return text;
}

std::string WaitText(const std::map<std::string, std::string>& why, int64_t ahead) {
  const std::string& state = why.at("st");
  if (state == "ending") return "it has ended; an executor of any pool will write its record";
  if (state == "waiting" || state == "parked") {
    return absl::StrCat("waits for ", why.at("need_count"), " of its layers: ", why.at("needs"));
  }
  if (state == "active" || state == "done") return "";
  if (why.at("serving") == "0") {
    return absl::StrCat("no registered executor serves pool ", why.at("pool"),
                        "; start one with --pool ", why.at("pool"));
  }
  if (state == "delayed") return RetryText(why);
  return ReadyText(why, ahead);
}

}  // namespace

RedisQueueAdmin::RedisQueueAdmin(RedisQueueAdminOptions options, Clock* clock)
    : options_(std::move(options)),
      client_(RedisClientOptions{options_.redis, options_.connections}, clock),
      functions_(options_.factory) {}

absl::StatusOr<std::vector<JobView>> RedisQueueAdmin::FetchJobs(
    const std::vector<std::string>& job_ids) {
  std::vector<JobView> jobs;
  for (size_t at = 0; at < job_ids.size(); at += kViewBatch) {
    const auto begin = job_ids.begin() + static_cast<ptrdiff_t>(at);
    const auto end =
        job_ids.begin() + static_cast<ptrdiff_t>(std::min(job_ids.size(), at + kViewBatch));
    LIF_ASSIGN_OR_RETURN(RedisReply reply, functions_.Call(client_, "views", {begin, end}));
    for (const RedisReply& item : reply.items()) {
      LIF_ASSIGN_OR_RETURN(FieldMap fields, item.AsMap());
      if (fields.empty()) continue;
      absl::StatusOr<JobView> job = DecodeView(fields);
      if (job.ok()) jobs.push_back(*std::move(job));
    }
  }
  return jobs;
}

absl::StatusOr<std::vector<DeadLetter>> RedisQueueAdmin::ListDeadLetters(const std::string& pool,
                                                                         int limit) {
  if (limit < 1 || limit > 1000) return absl::InvalidArgumentError("limit: write 1 to 1000");
  LIF_ASSIGN_OR_RETURN(RedisReply reply, functions_.Call(client_, "list", {"dead", "1000"}));
  LIF_ASSIGN_OR_RETURN(std::vector<std::string> flat, reply.AsStrings());
  std::map<std::string, absl::Time> died;
  std::vector<std::string> ids;
  for (size_t i = 0; i + 1 < flat.size(); i += 2) {
    LIF_ASSIGN_OR_RETURN(int64_t millis, Number(flat[i + 1]));
    died[flat[i]] = absl::FromUnixMillis(millis);
    ids.push_back(flat[i]);
  }
  LIF_ASSIGN_OR_RETURN(std::vector<JobView> jobs, FetchJobs(ids));
  std::vector<DeadLetter> letters;
  for (JobView& job : jobs) {
    if (!pool.empty() && job.spec.pool != pool) continue;
    if (letters.size() == static_cast<size_t>(limit)) break;
    const absl::Time when = died[job.spec.job_id];
    std::string reason = job.last_error;
    letters.push_back({std::move(job), when, std::move(reason)});
  }
  return letters;
}

absl::StatusOr<DeadLetter> RedisQueueAdmin::GetDeadLetter(const std::string& job_id) {
  LIF_ASSIGN_OR_RETURN(std::vector<JobView> jobs, FetchJobs({job_id}));
  if (jobs.empty() || !jobs.front().dead) {
    return absl::NotFoundError(absl::StrCat("job ", job_id, " is not a dead letter"));
  }
  std::string reason = jobs.front().last_error;
  const absl::Time died = jobs.front().finished;
  return DeadLetter{std::move(jobs.front()), died, std::move(reason)};
}

absl::StatusOr<QueueTotals> RedisQueueAdmin::CountTotals() {
  LIF_ASSIGN_OR_RETURN(RedisReply reply, functions_.Call(client_, "counts", {}));
  LIF_ASSIGN_OR_RETURN(std::vector<std::string> counts, reply.AsStrings());
  if (counts.size() != 5) return absl::InternalError("the queue answered counts of another shape");
  QueueTotals totals;
  LIF_ASSIGN_OR_RETURN(totals.dead_letters, Number(counts[0]));
  LIF_ASSIGN_OR_RETURN(totals.awaiting_record, Number(counts[1]));
  LIF_ASSIGN_OR_RETURN(totals.rollbacks, Number(counts[2]));
  LIF_ASSIGN_OR_RETURN(const int64_t back, Number(counts[3]));
  LIF_ASSIGN_OR_RETURN(totals.writes_lost, Number(counts[4]));
  if (back > 0) totals.rolled_back = absl::FromUnixMillis(back);
  return totals;
}

absl::Status RedisQueueAdmin::DropDeadLetter(const std::string& job_id) {
  return functions_.Call(client_, "drop_dead", {job_id}).status();
}

absl::StatusOr<QueueCheck> RedisQueueAdmin::CheckQueue(int limit) {
  if (limit < 1 || limit > 10000) return absl::InvalidArgumentError("limit: write 1 to 10000");
  QueueCheck check;
  Walk walk(client_, functions_, check, static_cast<size_t>(limit));
  LIF_ASSIGN_OR_RETURN(check.jobs_checked, walk.Run("check_jobs", ""));
  LIF_RETURN_IF_ERROR(walk.Run("check_ready", "").status());
  for (const char* index : {"wait", "delay", "lease", "blamed", "done"}) {
    LIF_RETURN_IF_ERROR(walk.Run("check_index", index).status());
  }
  LIF_RETURN_IF_ERROR(walk.Run("check_counters", "").status());
  return check;
}

absl::StatusOr<WaitReason> RedisQueueAdmin::Explain(const std::string& build_id) {
  LIF_ASSIGN_OR_RETURN(RedisReply reply, functions_.Call(client_, "explain", {build_id}));
  LIF_ASSIGN_OR_RETURN(FieldMap why, reply.AsMap());
  WaitReason reason;
  if (auto ahead = why.find("ahead"); ahead != why.end()) {
    LIF_ASSIGN_OR_RETURN(reason.ahead, Number(ahead->second));
  }
  reason.text = WaitText(why, reason.ahead);
  return reason;
}

}  // namespace lif
