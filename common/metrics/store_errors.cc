#include "common/metrics/store_errors.h"

namespace lif {

bool IsStoreError(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

StoreErrors::StoreErrors(MetricRegistry* registry)
    : errors_(registry->Counters("lif_store_errors_total",
                                 "Calls that a store failed: away, too slow, full or broken")) {}

std::function<void(const absl::Status&)> StoreErrors::Counter(const std::string& store) const {
  errors_.Add({{"store", store}}, 0);
  return [errors = errors_, store](const absl::Status& status) {
    if (IsStoreError(status)) errors.Add({{"store", store}});
  };
}

}  // namespace lif
