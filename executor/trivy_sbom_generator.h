// SbomGenerator by trivy, of a version that writes SPDX 2.3.
#pragma once

#include <string>

#include "common/process/process_runner.h"
#include "executor/sbom_generator.h"

namespace lif {

struct TrivyOptions {
  std::string program = "trivy";  // path, or a name in PATH
  // Directory with trivy's Java index (trivy-java.db, metadata.json); "" for none: jars are then
  // not listed.
  std::string java_index;
};

// The command, with its files under `scratch`. Pure.
std::vector<std::string> TrivyCommand(const TrivyOptions& options, const SbomRequest& request);

// Thread-safe. `runner` must outlive it. Each scan has a cache of its own, since trivy locks one
// against other scans and would download indexes into it.
class TrivySbomGenerator final : public SbomGenerator {
 public:
  TrivySbomGenerator(ProcessRunner& runner, TrivyOptions options)
      : runner_(runner), options_(std::move(options)) {}

  absl::StatusOr<SbomScan> Generate(const SbomRequest& request, std::stop_token stop) override;

  // Scans an empty image under `scratch`, so that a scanner that is missing or writes another
  // format is found out before the first build. FAILED_PRECONDITION says what to do.
  absl::Status Check(const std::string& scratch, std::stop_token stop);

 private:
  absl::Status PrepareCache(const std::string& cache) const;

  ProcessRunner& runner_;
  const TrivyOptions options_;
};

}  // namespace lif
