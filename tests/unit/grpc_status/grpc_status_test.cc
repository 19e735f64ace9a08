#include "common/base/grpc_status.h"

#include <grpcpp/support/status.h>

#include "common/base/utf8.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  REQUIRE(details.ParseFromString(status.error_details()));
  return details;
}

TEST_CASE("OK has no details", "[grpc_status]") {
  const grpc::Status status = ToGrpcStatus(WithReason(absl::OkStatus(), "NEVER"));
  CHECK(status.ok());
  CHECK(status.error_details().empty());
}

TEST_CASE("details survive the way over gRPC", "[grpc_status]") {
  absl::Status status = absl::InvalidArgumentError("2 problems");
  status = WithReason(status, "BAD_REQUEST_FIELDS", {{"rpc", "SubmitBuilds"}});
  status = WithFieldViolation(status, "builds[0].manifest_id", "is empty");
  status = WithFieldViolation(status, "priority", "is 12; write -10 to 10");
  status = WithRetryAfter(status, absl::Milliseconds(1500));
  status = WithResource(status, "manifest", "py-api");

  const grpc::Status wire = ToGrpcStatus(status);
  CHECK(wire.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(wire.error_message() == "2 problems");
  const google::rpc::Status details = DetailsOf(wire);
  CHECK(details.code() == 3);
  CHECK(details.message() == "2 problems");
  CHECK(details.details_size() == 4);
  for (const auto& detail : details.details()) {
    if (detail.Is<google::rpc::ResourceInfo>()) {
      google::rpc::ResourceInfo info;
      REQUIRE(detail.UnpackTo(&info));
      CHECK(info.resource_name() == "py-api");
    }
  }

  const absl::Status back = FromGrpcStatus(wire);
  CHECK(absl::IsInvalidArgument(back));
  CHECK(ReasonOf(back) == "BAD_REQUEST_FIELDS");
  CHECK(RetryAfterOf(back) == absl::Milliseconds(1500));
  const auto violations = FieldViolationsOf(back);
  REQUIRE(violations.size() == 2);
  CHECK(violations[0].field == "builds[0].manifest_id");
  CHECK(violations[1].description == "is 12; write -10 to 10");
}

TEST_CASE("a plain status gets a reason, and a retry hint when the store is away",
          "[grpc_status]") {
  const absl::Status away = FromGrpcStatus(ToGrpcStatus(absl::UnavailableError("Redis is away")));
  CHECK(ReasonOf(away) == "UNAVAILABLE");
  CHECK(RetryAfterOf(away) == absl::Seconds(2));
  const absl::Status missing = FromGrpcStatus(ToGrpcStatus(absl::NotFoundError("no such build")));
  CHECK(ReasonOf(missing) == "NOT_FOUND");
  CHECK_FALSE(RetryAfterOf(missing).has_value());
}

TEST_CASE("messages and details stay within what gRPC can carry", "[grpc_status]") {
  absl::Status status = absl::InvalidArgumentError(std::string(100'000, 'x'));
  for (int i = 0; i < 1000; ++i) {
    status = WithFieldViolation(status, std::string(5000, 'f'), std::string(5000, 'd'));
  }
  CHECK(FieldViolationsOf(status).size() == 20);
  const grpc::Status wire = ToGrpcStatus(status);
  CHECK(wire.error_message().size() <= 2048);
  CHECK(wire.error_details().size() <= 4096);
  CHECK(ReasonOf(FromGrpcStatus(wire)) == "INVALID_ARGUMENT");

  std::string wide;
  for (int i = 0; i < 1000; ++i) wide += "\xe2\x82\xac";
  const grpc::Status encoded = ToGrpcStatus(absl::InternalError(wide));
  CHECK(encoded.error_message().size() * 3 <= 2300);
  CHECK(IsValidUtf8(encoded.error_message()));
}

TEST_CASE("bytes that are not UTF-8 do not lose the reply", "[grpc_status]") {
  const grpc::Status wire =
      ToGrpcStatus(WithResource(absl::InternalError("bad \xff byte"), "build", "\xfe"));
  CHECK(IsValidUtf8(wire.error_message()));
  CHECK(DetailsOf(wire).message() == wire.error_message());
}

TEST_CASE("malformed details from a server are ignored", "[grpc_status]") {
  const grpc::Status wire(grpc::StatusCode::ABORTED, "text", "\x01\x02garbage");
  const absl::Status status = FromGrpcStatus(wire);
  CHECK(absl::IsAborted(status));
  CHECK(ReasonOf(status).empty());
}

}  // namespace
}  // namespace lif
