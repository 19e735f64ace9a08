// lif_store_errors_total: how often a store did not do its part.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "common/metrics/metric_registry.h"

namespace lif {

// Whether the store is to blame: it is away, too slow, full or broken. An answer such as NOT_FOUND
// is none of these.
bool IsStoreError(const absl::Status& status);

// Valid as long as the registry.
class StoreErrors {
 public:
  explicit StoreErrors(MetricRegistry* registry);

  // Counts what is a store error under the store's name, from 0.
  std::function<void(const absl::Status&)> Counter(const std::string& store) const;

 private:
  CounterFamily errors_;
};

}  // namespace lif
