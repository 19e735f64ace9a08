// absl::Status with google.rpc details, to and from grpc::Status.
//
// Details ride on an absl::Status as payloads under their type URL, so use cases can say what is
// wrong with which field, or when to retry, without gRPC. At the edge ToGrpcStatus writes them into
// the trailer `grpc-status-details-bin` (google.rpc.Status), where any gRPC client finds them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace grpc {
class Status;
}

namespace lif {

// Each answers `status` with one more detail; an OK status stays as it is.

// ErrorInfo: `reason` is UPPER_SNAKE_CASE, for programs; the domain is "lif".
absl::Status WithReason(absl::Status status, std::string_view reason,
                        const std::map<std::string, std::string>& metadata = {});
// RetryInfo.
absl::Status WithRetryAfter(absl::Status status, absl::Duration delay);
// BadRequest: may be called again for further fields; more than 20 are dropped.
absl::Status WithFieldViolation(absl::Status status, std::string_view field,
                                std::string_view description);
// ResourceInfo.
absl::Status WithResource(absl::Status status, std::string_view type, std::string_view name,
                          std::string_view description = "");

struct FieldViolation {
  std::string field;
  std::string description;
};

// "" / nullopt / empty when the status does not carry the detail, or carries a malformed one.
std::string ReasonOf(const absl::Status& status);
std::optional<absl::Duration> RetryAfterOf(const absl::Status& status);
std::vector<FieldViolation> FieldViolationsOf(const absl::Status& status);

// The same code and message with all payloads as details. What it lacks is added: ErrorInfo with
// the code's name as reason, and RetryInfo of 2 s for UNAVAILABLE. The message is made valid UTF-8
// and cut at 2 KB, details beyond 3.5 KB are dropped: gRPC loses a reply whose trailers pass 8 KB.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The inverse, for clients.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace lif
