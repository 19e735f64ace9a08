// Calls of the control plane: a channel, a deadline on each call, Ctrl-C, and errors for people.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "cli/command.h"

namespace lif {

constexpr absl::Duration kCallDeadline = absl::Seconds(15);

// A channel for production: no proxy, no lookup of service configurations, quick reconnects.
std::shared_ptr<grpc::Channel> ConnectToServer(const ServerTarget& target);

// A client context that ends at its deadline or when `interrupt` is requested.
class CallContext {
 public:
  CallContext(absl::Duration deadline, std::stop_token interrupt);
  grpc::ClientContext* get() { return &context_; }

 private:
  struct Cancel {
    grpc::ClientContext* context;
    void operator()() const { context->TryCancel(); }
  };
  grpc::ClientContext context_;
  std::stop_callback<Cancel> on_interrupt_;  // last: it refers to context_
};

// The status of a finished call, for people: see ExplainRpcError. CANCELLED after an interrupt.
absl::Status RpcStatus(const grpc::Status& status, const CliContext& context);

// One unary call:
//   auto reply = Call(context, *stub, &v1::BuildService::Stub::GetBuild, request);
template <typename Stub, typename Request, typename Reply>
absl::StatusOr<Reply> Call(CliContext& context, Stub& stub,
                           grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                        Reply*),
                           const Request& request, absl::Duration deadline = kCallDeadline) {
  CallContext call(deadline, context.interrupt);
  Reply reply;
  const grpc::Status status = (stub.*method)(call.get(), request, &reply);
  if (!status.ok()) return RpcStatus(status, context);
  return reply;
}

}  // namespace lif
