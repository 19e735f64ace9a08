// What `lif` tells the shell (docs/cli.md).
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "lif/v1/common.pb.h"

namespace lif {

enum class ExitCode {
  kOk = 0,            // compatible, or done
  kFailed = 1,        // an instruction of an image failed; a catalog has problems
  kUsage = 2,         // the command line, or something it names, is wrong
  kUnavailable = 3,   // the factory or one of its stores is away, or time ran out
  kIncompatible = 4,  // a test of an image failed
  kError = 5,         // ours
  kCancelled = 6,
  kInterrupted = 130,  // Ctrl-C, as shells have it; builds go on
};

ExitCode ExitCodeOf(const absl::Status& status);
// OUTCOME_UNSPECIFIED, a build that is not over, is kOk.
ExitCode ExitCodeOf(v1::Outcome outcome);
// Of several builds: the first of kError, kFailed, kIncompatible, kCancelled, kUsage, kUnavailable
// that occurs, else kOk.
ExitCode WorstOf(const std::vector<ExitCode>& codes);

}  // namespace lif
