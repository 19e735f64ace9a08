#include "common/queue/retry_policy.h"

namespace lif {

std::optional<BackoffPolicy> RetryBackoff(FailureClass failure) {
  switch (failure) {
    case FailureClass::kTransient:
      return BackoffPolicy{absl::Seconds(2), absl::Minutes(2), 2.0};
    case FailureClass::kInfrastructure:
      return BackoffPolicy{absl::Seconds(5), absl::Minutes(5), 2.0};
    case FailureClass::kTimeout:
    case FailureClass::kInternal:
      return BackoffPolicy{absl::Seconds(10), absl::Minutes(5), 2.0};
    case FailureClass::kCapacity:
      // Disk and memory come back when other builds end.
      return BackoffPolicy{absl::Seconds(30), absl::Minutes(10), 2.0};
    case FailureClass::kNone:
    case FailureClass::kUser:
    case FailureClass::kCancelled:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace lif
