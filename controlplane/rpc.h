// What every call goes through between gRPC and a use case: bounds, exceptions, errors, logs.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/log/logger.h"
#include "controlplane/call_end.h"

namespace grpc {
class ServerContext;
class ServerContextBase;
class Status;
}  // namespace grpc

namespace lif {

enum class RpcKind { kUnary, kStream };

struct RpcLimits {
  int max_unary = 64;     // calls at the same time
  int max_streams = 128;  // watches, logs and artifacts at the same time
};

// Thread-safe.
class RpcRunner {
 public:
  struct Seams {
    Clock& clock;
    std::stop_token stop;  // of the server
    Logger logger;
    // Told of each call at its end; may be empty.
    std::function<void(std::string_view rpc, const absl::Status&, absl::Duration)> ended = {};
  };
  explicit RpcRunner(Seams seams, RpcLimits limits = {});

  // Runs `body` unless too many run already (RESOURCE_EXHAUSTED that says so and when to retry).
  // What it throws becomes INTERNAL without the exception's text, which goes to the log.
  grpc::Status Run(std::string_view rpc, RpcKind kind, const std::function<absl::Status()>& body);

  // UNIMPLEMENTED that names the RPC.
  static grpc::Status Unimplemented(std::string_view rpc);

  // How a call of `context` may end early; `context` must outlive it.
  CallEnd EndOf(grpc::ServerContextBase* context) const;

 private:
  absl::Status Guarded(std::string_view rpc, const std::function<absl::Status()>& body) const;
  void Report(std::string_view rpc, const absl::Status& status, absl::Duration took) const;

  Seams seams_;
  const RpcLimits limits_;
  std::atomic<int> unary_{0};
  std::atomic<int> streams_{0};
};

// The traceparent that the client sent, if it is one, or "": tracing never fails a call.
std::string TraceparentOf(const grpc::ServerContext& context);

}  // namespace lif
