// `lif build --wait`: shows builds on their way and answers when all are over.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/build_watch.h"
#include "cli/command.h"
#include "lif/v1/build_service.pb.h"

namespace grpc {
class Channel;
}

namespace lif {

struct BuildWaitOptions {
  absl::Duration timeout = absl::InfiniteDuration();
  WatchLimits limits;
  // Builds end with us: after Ctrl-C their end is waited for.
  bool ends_with_us = false;
};

// Waits for `builds`, which are live. Progress goes to standard error. CANCELLED after Ctrl-C,
// DEADLINE_EXCEEDED after the timeout: the builds go on, and the message says how to find them.
absl::Status WaitForBuilds(CliContext& context, const std::shared_ptr<grpc::Channel>& channel,
                           const std::vector<v1::SubmittedBuild>& builds,
                           const BuildWaitOptions& options);

// The same for builds that `updates` tells of, up to its end.
absl::Status FollowBuilds(CliContext& context, const std::vector<v1::SubmittedBuild>& builds,
                          const BuildWaitOptions& options, UpdateSource& updates);

}  // namespace lif
