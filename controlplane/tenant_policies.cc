#include "controlplane/tenant_policies.h"

#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"

namespace lif {
namespace {

constexpr absl::Duration kPeriod = absl::Minutes(1);

absl::Status Wrong(const std::string& line, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat("--tenant '", line, "': ", what,
                   "; write e.g. 'team-a weight=2 queued=1000 running=4' (weight 0.01 to 100; 0 "
                   "jobs: no limit)"));
}

absl::Status SetLimit(const std::string& line, const std::string& setting, TenantPolicy* policy) {
  const std::vector<std::string> sides = absl::StrSplit(setting, '=');
  const std::string name = sides[0];
  const std::string value = sides.size() == 2 ? sides[1] : "";
  bool right = false;
  if (name == "weight") {
    right =
        absl::SimpleAtod(value, &policy->weight) && policy->weight >= 0.01 && policy->weight <= 100;
  } else if (name == "queued") {
    right = absl::SimpleAtoi(value, &policy->max_queued) && policy->max_queued >= 0 &&
            policy->max_queued <= 1'000'000'000;
  } else if (name == "running") {
    right = absl::SimpleAtoi(value, &policy->max_running) && policy->max_running >= 0 &&
            policy->max_running <= 1'000'000;
  }
  return right ? absl::OkStatus() : Wrong(line, absl::StrCat("'", setting, "' is no limit"));
}

}  // namespace

absl::StatusOr<std::vector<NamedTenantPolicy>> ParseTenantPolicies(
    const std::vector<std::string>& lines) {
  std::vector<NamedTenantPolicy> policies;
  std::set<std::string> seen;
  for (const std::string& line : lines) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.empty() || words[0].size() > 63 || !IsName(words[0])) {
      return Wrong(line, "it begins with no tenant's name");
    }
    if (!seen.insert(words[0]).second) return Wrong(line, "the tenant is named twice");
    NamedTenantPolicy policy{words[0], {}};
    for (size_t i = 1; i < words.size(); ++i) {
      LIF_RETURN_IF_ERROR(SetLimit(line, words[i], &policy.second));
    }
    policies.push_back(std::move(policy));
  }
  return policies;
}

TenantPolicies::TenantPolicies(std::vector<NamedTenantPolicy> policies, QueueAdmin& admin,
                               Clock& clock, Logger logger)
    : policies_(std::move(policies)), admin_(admin), clock_(clock), logger_(std::move(logger)) {}

void TenantPolicies::ApplyWhenDue() {
  if (policies_.empty() || clock_.Steady() < due_) return;
  for (const auto& [tenant, policy] : policies_) {
    const absl::Status status = admin_.SetTenantPolicy(tenant, policy);
    if (status.ok()) continue;
    logger_.Warn("tenant's policy is not set", {{"tenant", tenant}, {"error", status}});
    return;
  }
  due_ = clock_.Steady() + kPeriod;
}

}  // namespace lif
