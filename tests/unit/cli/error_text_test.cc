#include "cli/error_text.h"

#include "common/base/grpc_status.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

const Style kPlain{};

TEST_CASE("errors: message, fields that it does not tell, and when to retry") {
  absl::Status status = absl::InvalidArgumentError("the request is wrong\nmend it");
  status = WithFieldViolation(status, "priority", "is 11; write -10 to 10");
  status = WithFieldViolation(status, "builds", "the request is wrong");
  status = WithRetryAfter(status, absl::Seconds(2));
  CHECK(ErrorText(status, kPlain) ==
        "error: the request is wrong\n  mend it\n  priority: is 11; write -10 to 10\n"
        "  try again in 2.00s\n");
}

TEST_CASE("errors: a transport's words become what to do") {
  const absl::Status refused = ExplainRpcError(
      absl::UnavailableError("failed to connect to all addresses; last error: UNKNOWN: "
                             "ipv4:127.0.0.1:1: Failed to connect to remote host: Connection "
                             "refused"),
      "127.0.0.1:1");
  CHECK(ErrorText(refused, kPlain) ==
        "error: no control plane answers at 127.0.0.1:1 (connection refused)\n"
        "  start the factory with deploy/quickstart, or say where its control plane is: --server "
        "HOST:PORT or LIF_SERVER\n");
  CHECK(ExplainRpcError(absl::DeadlineExceededError("Deadline Exceeded"), "h:1")
            .message()
            .find("did not answer in time") != std::string::npos);
  CHECK(ExplainRpcError(absl::UnimplementedError(""), "h:1")
            .message()
            .find("does not know this call") != std::string::npos);
}

TEST_CASE("errors: what a control plane says stays as it is") {
  const absl::Status said =
      WithReason(absl::UnavailableError("Redis does not answer"), "QUEUE_AWAY");
  CHECK(ExplainRpcError(said, "h:1") == said);
  CHECK(ExplainRpcError(absl::OkStatus(), "h:1").ok());
}

}  // namespace
}  // namespace lif
