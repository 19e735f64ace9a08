// --prewarm-on-start: when an executor starts, fetches the stacks of stable layers that most
// manifests of its platform stand on, as far as the ledger has them, so that its first builds find
// them on the engine. It is a help, never a need: what fails is logged and left.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/catalog/catalog_reader.h"
#include "common/catalog/digests.h"
#include "common/log/logger.h"
#include "common/plan/stack_ranking.h"
#include "common/process/process_runner.h"
#include "common/records/layer_ledger.h"

namespace lif {

struct StartPrewarmOptions {
  Platform platform;
  Recipe recipe;
  std::string docker_host;                              // "" for Docker's own default
  int images = 0;                                       // at most so many; 0: nothing is done
  int64_t max_bytes = int64_t{4} * 1024 * 1024 * 1024;  // compressed, by the ledger
  absl::Duration max_time = absl::Minutes(10);          // for all of it
};

// Blocks; runs on a thread of its own.
class StartPrewarm {
 public:
  struct Seams {
    CatalogReader& catalog;
    LayerLedgerReader& ledger;
    ProcessRunner& runner;
    Clock& clock;
    Logger logger;
  };
  // The seams must outlive it.
  StartPrewarm(Seams seams, StartPrewarmOptions options)
      : seams_(std::move(seams)), options_(std::move(options)) {}

  // Answers how many images it fetched; ends early when `stop` is requested.
  int Run(std::stop_token stop) const;

 private:
  absl::StatusOr<std::vector<LedgerLayer>> Choose(std::stop_token stop) const;
  absl::Status Pull(const std::string& image, absl::Duration deadline, std::stop_token stop) const;

  const Seams seams_;
  const StartPrewarmOptions options_;
};

}  // namespace lif
