#include "controlplane/field_errors.h"

#include "absl/strings/str_cat.h"
#include "common/base/grpc_status.h"

namespace lif {
namespace {

constexpr size_t kMaxErrors = 20;
constexpr size_t kMaxInMessage = 3;

}  // namespace

void FieldErrors::Add(std::string_view field, std::string_view problem) {
  if (errors_.size() >= kMaxErrors) {
    ++dropped_;
    return;
  }
  errors_.push_back({std::string(field), std::string(problem)});
}

absl::Status FieldErrors::ToStatus() const {
  if (errors_.empty()) return absl::OkStatus();
  std::string message;
  for (size_t i = 0; i < errors_.size() && i < kMaxInMessage; ++i) {
    absl::StrAppend(&message, i == 0 ? "" : "; ", errors_[i].field, ": ", errors_[i].problem);
  }
  const size_t more = errors_.size() + dropped_ - std::min(errors_.size(), kMaxInMessage);
  if (more > 0) absl::StrAppend(&message, "; and ", more, " more");
  absl::Status status = WithReason(absl::InvalidArgumentError(message), "INVALID_REQUEST");
  for (const Error& error : errors_) {
    status = WithFieldViolation(std::move(status), error.field, error.problem);
  }
  return status;
}

}  // namespace lif
