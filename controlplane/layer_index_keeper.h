// Keeps the index of shared layers near what is published, so that no submit waits for the whole
// catalog to be read.
#pragma once

#include <stop_token>
#include <thread>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/log/logger.h"
#include "common/plan/layer_index.h"

namespace lif {

// Owns its thread, which asks the index at once and then at a period, from construction until
// destruction; that waits for a query under way.
class LayerIndexKeeper {
 public:
  // `index` and `clock` must outlive it.
  LayerIndexKeeper(LayerIndex& index, Clock& clock, Logger logger, absl::Duration period);

 private:
  void Loop(std::stop_token stop);

  LayerIndex& index_;
  Clock& clock_;
  const Logger logger_;
  const absl::Duration period_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace lif
