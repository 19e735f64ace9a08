#include "common/queue/submit_check.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr size_t kMaxShortName = 63;
constexpr absl::Duration kMaxTtl = absl::Hours(24 * 365);

absl::Status Wrong(const std::string& field, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

bool IsShortName(const std::string& text) {
  return text.size() <= kMaxShortName && IsName(text);
}

bool IsId(const std::string& text) {
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == ':' || c == '-';
  });
}

bool IsJobId(const std::string& text) {
  size_t dot = text.find('.');
  if (dot != 64 || !IsSha256Hex(text.substr(0, dot))) return false;
  std::string generation = text.substr(dot + 1);
  return !generation.empty() && generation.size() <= 18 && generation[0] != '0' &&
         std::all_of(generation.begin(), generation.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

absl::Status CheckNeeds(const JobSpec& job, const std::string& field) {
  if (job.needs.size() > static_cast<size_t>(kMaxNeeds)) {
    return Wrong(field, absl::StrCat("at most ", kMaxNeeds));
  }
  for (const std::string& need : job.needs) {
    if (!IsJobId(need)) return Wrong(field, absl::StrCat("'", need, "' is not a job ID"));
    if (need == job.job_id) return Wrong(field, absl::StrCat("job ", need, " needs itself"));
  }
  return absl::OkStatus();
}

absl::Status CheckJob(const JobSpec& job, const std::string& at) {
  if (!IsJobId(job.job_id)) {
    return Wrong(at + ".job_id", "write a key of 64 hexadecimal digits, '.', and the generation");
  }
  if (job.job_id != absl::StrCat(job.key, ".", job.generation)) {
    return Wrong(at + ".job_id", "it is not made of the job's key and generation");
  }
  if (!IsId(job.build_id)) return Wrong(at + ".build_id", "write a ULID");
  if (!IsName(job.manifest_id)) return Wrong(at + ".manifest_id", "write a manifest ID");
  if (job.platform.size() > 64) return Wrong(at + ".platform", "at most 64 bytes");
  if (!IsShortName(job.pool)) return Wrong(at + ".pool", "write [a-z0-9][a-z0-9._-]{0,62}");
  if (job.max_attempts < 1 || job.max_attempts > 100) {
    return Wrong(at + ".max_attempts", "write 1 to 100");
  }
  if (job.traceparent.size() > 64) return Wrong(at + ".traceparent", "at most 64 bytes");
  return CheckNeeds(job, at + ".needs");
}

}  // namespace

absl::Status CheckSubmit(const SubmitRequest& request) {
  if (!IsId(request.request_id)) return Wrong("request_id", "write a ULID");
  if (!IsShortName(request.tenant)) return Wrong("tenant", "write [a-z0-9][a-z0-9._-]{0,62}");
  if (request.priority < -10 || request.priority > 10) return Wrong("priority", "write -10 to 10");
  if (request.queue_ttl < absl::Milliseconds(1)) return Wrong("queue_ttl", "it has passed already");
  if (request.queue_ttl != absl::InfiniteDuration() && request.queue_ttl > kMaxTtl) {
    return Wrong("queue_ttl", "at most a year");
  }
  if (request.chunk < 0 || request.chunk >= request.chunks || request.chunks > 100000) {
    return Wrong("chunk", "write 0 to chunks - 1");
  }
  if (request.jobs.empty() || request.jobs.size() > static_cast<size_t>(kMaxJobsPerSubmit)) {
    return Wrong("jobs", absl::StrCat("write 1 to ", kMaxJobsPerSubmit));
  }
  for (size_t i = 0; i < request.jobs.size(); ++i) {
    LIF_RETURN_IF_ERROR(CheckJob(request.jobs[i], absl::StrCat("jobs[", i, "]")));
  }
  return absl::OkStatus();
}

absl::Status CheckClaim(const ClaimRequest& request) {
  if (!IsId(request.executor_id)) return Wrong("executor_id", "write an ID");
  if (!IsShortName(request.pool)) return Wrong("pool", "write [a-z0-9][a-z0-9._-]{0,62}");
  if (!IsId(request.nonce)) return Wrong("nonce", "write a ULID");
  if (request.lease < absl::Milliseconds(100) || request.lease > absl::Hours(1)) {
    return Wrong("lease", "write 100 ms to an hour");
  }
  return absl::OkStatus();
}

absl::Status CheckOutcome(const std::string& outcome) {
  for (const char* known : {"compatible", "incompatible", "failed", "error", "cancelled"}) {
    if (outcome == known) return absl::OkStatus();
  }
  return Wrong("outcome", absl::StrCat("'", outcome.substr(0, 40), "' is not a record's outcome"));
}

}  // namespace lif
