// Asking a factory for builds, as many as there are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/command.h"
#include "lif/v1/build_service.pb.h"

namespace grpc {
class Channel;
}

namespace lif {

struct SubmitOptions {
  std::vector<v1::BuildRequest> builds;
  v1::RerunPolicy rerun = v1::RERUN_POLICY_DEFAULT;
  std::string tenant;
  int priority = 0;
  bool reject_unschedulable = false;  // refuse what no registered executor serves
  bool validate_only = false;         // nothing is queued
};

// Submits in batches that the server takes, each under a request ID of its own and tried again
// under it while a store is away. The answers of all as one. When a batch fails, those before it
// are queued, and the error says so.
absl::StatusOr<v1::SubmitBuildsResponse> SubmitAll(CliContext& context,
                                                   const std::shared_ptr<grpc::Channel>& channel,
                                                   const SubmitOptions& options);

// "reused", "joined", "queued", "invalid".
std::string_view DispositionText(v1::Disposition disposition);

// It runs or waits.
bool IsLive(const v1::SubmittedBuild& build);

}  // namespace lif
