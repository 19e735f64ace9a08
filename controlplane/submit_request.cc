#include "controlplane/submit_request.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/ids.h"
#include "controlplane/field_errors.h"

namespace lif {
namespace {

constexpr int kLowestPriority = -10;
constexpr int kHighestPriority = 10;
constexpr size_t kMaxTenant = 63;
constexpr absl::Duration kLongestTtl = absl::Hours(24 * 365);

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

void CheckCount(const SubmitBuildsInput& input, const SubmitLimits& limits, FieldErrors* errors) {
  if (input.builds.empty()) {
    errors->Add("builds", "is empty: name at least one manifest");
    return;
  }
  size_t count = 0;
  for (size_t i = 0; i < input.builds.size(); ++i) {
    const size_t platforms = input.builds[i].platforms.size();
    if (platforms > limits.max_platforms) {
      errors->Add(absl::StrCat("builds[", i, "].platforms"),
                  absl::StrCat("has ", platforms, " entries; at most ", limits.max_platforms,
                               " are allowed"));
    }
    count += std::max<size_t>(platforms, 1);
  }
  if (count > limits.max_builds) {
    errors->Add("builds", absl::StrCat("asks for ", count, " builds; at most ", limits.max_builds,
                                       " are allowed in one request: split it"));
  }
}

}  // namespace

bool IsTenant(std::string_view text) {
  return text.size() <= kMaxTenant && IsName(text);
}

bool IsTraceparent(std::string_view text) {
  return text.size() == 55 && text.substr(0, 2) == "00" && text[2] == '-' && text[35] == '-' &&
         text[52] == '-' && IsHex(text.substr(3, 32)) && IsHex(text.substr(36, 16)) &&
         IsHex(text.substr(53, 2));
}

absl::Status CheckSubmitBuilds(const SubmitBuildsInput& input, const SubmitLimits& limits) {
  FieldErrors errors;
  CheckCount(input, limits, &errors);
  if (input.priority < kLowestPriority || input.priority > kHighestPriority) {
    errors.Add("priority", absl::StrCat("is ", input.priority, "; write ", kLowestPriority,
                                        " (last) to ", kHighestPriority, " (first)"));
  }
  if (!input.tenant.empty() && !IsTenant(input.tenant)) {
    errors.Add("tenant", absl::StrCat(Quoted(input.tenant), " is malformed: use 1 to ", kMaxTenant,
                                      " of a-z 0-9 . _ -, starting with a-z or 0-9"));
  }
  if (input.queue_ttl <= absl::ZeroDuration() ||
      (input.queue_ttl != absl::InfiniteDuration() && input.queue_ttl > kLongestTtl)) {
    errors.Add("queue_ttl", "must be over 0 and at most a year; leave it out for no limit");
  }
  if (!input.request_id.empty() && !IsUlid(input.request_id)) {
    errors.Add("request_id", absl::StrCat(Quoted(input.request_id),
                                          " is no ULID: leave it empty, or write 26 characters of "
                                          "Crockford base 32"));
  }
  return errors.ToStatus();
}

}  // namespace lif
