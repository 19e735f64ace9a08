// The SBOM scanner of a local build. A module author may have none: a build goes on without, and
// says so.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "executor/local/local_options.h"
#include "executor/trivy_sbom_generator.h"

namespace lif {

struct LocalScanner {
  std::unique_ptr<TrivySbomGenerator> generator;  // null: this build gets no SBOM
  std::string remark;                             // then why, and what to do; "" when it was wished
};

// Tries the scanner out, under `scratch`. FAILED_PRECONDITION when one was named and doesn't work;
// CANCELLED soon after `stop`. `runner` must outlive the generator.
absl::StatusOr<LocalScanner> OpenLocalScanner(ProcessRunner& runner, const LocalOptions& options,
                                              const std::string& scratch, std::stop_token stop);

}  // namespace lif
