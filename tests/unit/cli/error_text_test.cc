#include "cli/error_text.h"

#include "common/base/grpc_status.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

const Style kPlain{};
const ServerTarget kServer{.address = "h:1"};

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
      {.address = "127.0.0.1:1"});
  CHECK(ErrorText(refused, kPlain) ==
        "error: no control plane answers at 127.0.0.1:1 (connection refused)\n"
        "  start the factory with deploy/quickstart, or say where its control plane is: --server "
        "HOST:PORT or LIF_SERVER\n");
  CHECK(ExplainRpcError(absl::DeadlineExceededError("Deadline Exceeded"), kServer)
            .message()
            .find("did not answer in time") != std::string::npos);
  CHECK(ExplainRpcError(
            absl::ResourceExhaustedError("Received message larger than max (67108880 vs. 4194304)"),
            kServer)
            .message() ==
        "the request is larger than the control plane at h:1 takes (4 MiB)\nask for less at once: "
        "split it into several requests");
  CHECK(ExplainRpcError(absl::UnimplementedError(""), kServer)
            .message()
            .find("does not know this call") != std::string::npos);
}

TEST_CASE("errors: of TLS, what to add or leave out") {
  const auto explain = [](const std::string& cause, bool tls) {
    ServerTarget server = kServer;
    server.tls = tls;
    return std::string(
        ExplainRpcError(absl::UnavailableError("failed to connect; last error: " + cause), server)
            .message());
  };
  CHECK(explain("error:0A000086:SSL routines::certificate verify failed", true) ==
        "no control plane answers at h:1 (certificate verify failed)\nits certificate is of no "
        "trusted authority, or of another name; name the authority's file with --tls-ca");
  CHECK(explain("Socket closed", false).find("it may speak TLS") != std::string::npos);
  CHECK(explain("Socket closed", true).find("--tls-cert") != std::string::npos);
  CHECK(
      explain("error:0A00010B:SSL routines::wrong version number", true).find("it speaks no TLS") !=
      std::string::npos);
}

TEST_CASE("errors: what a control plane says stays as it is") {
  const absl::Status said =
      WithReason(absl::UnavailableError("Redis does not answer"), "QUEUE_AWAY");
  CHECK(ExplainRpcError(said, kServer) == said);
  CHECK(ExplainRpcError(absl::OkStatus(), kServer).ok());
}

}  // namespace
}  // namespace lif
