#include "common/base/grpc_status.h"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "common/base/utf8.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace lif {
namespace {

constexpr std::string_view kDomain = "lif";
constexpr std::string_view kUrlPrefix = "type.googleapis.com/";
constexpr absl::Duration kDefaultRetry = absl::Seconds(2);
constexpr int kMaxViolations = 20;
constexpr size_t kMaxDescription = 400;
constexpr size_t kMaxMessage = 2000;
constexpr size_t kMaxDetails = 3500;

template <typename Message>
std::string TypeUrl() {
  return std::string(kUrlPrefix) + Message::descriptor()->full_name();
}

template <typename Message>
std::optional<Message> GetDetail(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<Message>());
  Message message;
  if (!payload || !message.ParseFromString(std::string(*payload))) return std::nullopt;
  return message;
}

template <typename Message>
void SetDetail(const Message& message, absl::Status* status) {
  status->SetPayload(TypeUrl<Message>(), absl::Cord(message.SerializeAsString()));
}

google::rpc::RetryInfo MakeRetryInfo(absl::Duration delay) {
  google::rpc::RetryInfo info;
  const int64_t nanos = std::max<int64_t>(absl::ToInt64Nanoseconds(delay), 0);
  info.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
  info.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  return info;
}

// The trailer percent-encodes all but printable ASCII, three bytes for one: cut by that length.
std::string FitMessage(std::string_view message) {
  std::string text = TruncateUtf8(ToValidUtf8(message), kMaxMessage);
  const auto encoded = [](const std::string& s) {
    return std::count_if(s.begin(), s.end(),
                         [](char c) { return c < 0x20 || c > 0x7e || c == '%'; }) *
               2 +
           static_cast<ptrdiff_t>(s.size());
  };
  while (encoded(text) > static_cast<ptrdiff_t>(kMaxMessage + kMaxMessage / 10)) {
    text = TruncateUtf8(text, text.size() * 9 / 10);
  }
  return text;
}

}  // namespace

absl::Status WithReason(absl::Status status, std::string_view reason,
                        const std::map<std::string, std::string>& metadata) {
  if (status.ok()) return status;
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kDomain));
  for (const auto& [key, value] : metadata) {
    (*info.mutable_metadata())[key] = TruncateUtf8(ToValidUtf8(value), kMaxDescription);
  }
  SetDetail(info, &status);
  return status;
}

absl::Status WithRetryAfter(absl::Status status, absl::Duration delay) {
  if (!status.ok()) SetDetail(MakeRetryInfo(delay), &status);
  return status;
}

absl::Status WithFieldViolation(absl::Status status, std::string_view field,
                                std::string_view description) {
  if (status.ok()) return status;
  auto request = GetDetail<google::rpc::BadRequest>(status).value_or(google::rpc::BadRequest());
  if (request.field_violations_size() >= kMaxViolations) return status;
  auto* violation = request.add_field_violations();
  violation->set_field(TruncateUtf8(ToValidUtf8(field), kMaxDescription));
  violation->set_description(TruncateUtf8(ToValidUtf8(description), kMaxDescription));
  SetDetail(request, &status);
  return status;
}

absl::Status WithResource(absl::Status status, std::string_view type, std::string_view name,
                          std::string_view description) {
  if (status.ok()) return status;
  google::rpc::ResourceInfo info;
  info.set_resource_type(std::string(type));
  info.set_resource_name(TruncateUtf8(ToValidUtf8(name), kMaxDescription));
  info.set_description(TruncateUtf8(ToValidUtf8(description), kMaxDescription));
  SetDetail(info, &status);
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  const auto info = GetDetail<google::rpc::ErrorInfo>(status);
  return info && info->domain() == kDomain ? info->reason() : "";
}

std::optional<absl::Duration> RetryAfterOf(const absl::Status& status) {
  const auto info = GetDetail<google::rpc::RetryInfo>(status);
  if (!info) return std::nullopt;
  return absl::Seconds(info->retry_delay().seconds()) +
         absl::Nanoseconds(info->retry_delay().nanos());
}

std::vector<FieldViolation> FieldViolationsOf(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  if (const auto request = GetDetail<google::rpc::BadRequest>(status)) {
    for (const auto& violation : request->field_violations()) {
      violations.push_back({violation.field(), violation.description()});
    }
  }
  return violations;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  absl::Status full = status;
  if (!GetDetail<google::rpc::ErrorInfo>(full)) {
    full = WithReason(std::move(full), absl::StatusCodeToString(status.code()));
  }
  if (absl::IsUnavailable(full) && !RetryAfterOf(full)) {
    full = WithRetryAfter(std::move(full), kDefaultRetry);
  }
  google::rpc::Status details;
  details.set_code(static_cast<int>(full.code()));
  details.set_message(FitMessage(std::string(full.message())));
  size_t size = details.ByteSizeLong();
  full.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    const size_t cost = type_url.size() + payload.size() + 16;
    if (size + cost > kMaxDetails) return;
    size += cost;
    auto* detail = details.add_details();
    detail->set_type_url(std::string(type_url));
    detail->set_value(std::string(payload));
  });
  return grpc::Status(static_cast<grpc::StatusCode>(full.code()), details.message(),
                      details.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& detail : details.details()) {
      result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    }
  }
  return result;
}

}  // namespace lif
