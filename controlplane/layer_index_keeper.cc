#include "controlplane/layer_index_keeper.h"

#include <utility>

namespace lif {

LayerIndexKeeper::LayerIndexKeeper(LayerIndex& index, Clock& clock, Logger logger,
                                   absl::Duration period)
    : index_(index),
      clock_(clock),
      logger_(std::move(logger)),
      period_(period),
      thread_([this](std::stop_token stop) { Loop(stop); }) {}

// A catalog that is away is told once: readiness tells how it is.
void LayerIndexKeeper::Loop(std::stop_token stop) {
  bool away = false;
  do {
    const auto layers = index_.Current([&stop] { return stop.stop_requested(); });
    if (!layers.ok() && !away && !stop.stop_requested()) {
      logger_.Warn("the catalog's layers can't be read", {{"error", layers.status()}});
    }
    away = !layers.ok();
  } while (clock_.Sleep(period_, stop));
}

}  // namespace lif
