#include "controlplane/health.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/doctor/disk_findings.h"
#include "common/doctor/postgres_findings.h"
#include "common/doctor/redis_findings.h"
#include "controlplane/fleet_findings.h"

namespace lif {
namespace {

absl::Status ReadFleet(const Health::Seams& seams, FleetFacts* facts) {
  LIF_ASSIGN_OR_RETURN(facts->pools, seams.queue.ListPools());
  LIF_ASSIGN_OR_RETURN(facts->executors, seams.queue.ListExecutors());
  LIF_ASSIGN_OR_RETURN(facts->totals, seams.admin.CountTotals());
  return absl::OkStatus();
}

void Append(std::vector<Finding> more, std::vector<Finding>* findings) {
  for (Finding& finding : more) findings->push_back(std::move(finding));
}

}  // namespace

std::vector<Finding> Health::CheckFleet() const {
  FleetFacts facts;
  facts.version = options_.version;
  facts.recipe = options_.recipe;
  facts.now = seams_.clock.Now();
  const absl::Status read = ReadFleet(seams_, &facts);
  if (!read.ok()) {
    return {{"fleet", FindingState::kSkipped, std::string(read.message()), "mend Redis first"}};
  }
  return JudgeFleet(facts);
}

std::vector<Finding> Health::Check() const {
  std::vector<Finding> findings = {
      {"control plane", FindingState::kOk, "lif-controlplane " + options_.version, ""}};
  Append(CheckPostgres(seams_.postgres, seams_.clock), &findings);
  Append(CheckRedis(seams_.redis, options_.factory, seams_.clock), &findings);
  findings.push_back(CheckDirectory("blobs", options_.blob_dir, {}));
  Append(CheckFleet(), &findings);
  return findings;
}

}  // namespace lif
