#include "cli/rpc.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/strings/str_split.h"
#include "cli/error_text.h"
#include "common/base/grpc_status.h"
#include "common/config/version.h"

namespace lif {
namespace {

constexpr int kMaxReplyBytes = 64 << 20;
constexpr absl::Duration kConnectTime = absl::Seconds(1);  // to one of several replicas

std::shared_ptr<grpc::Channel> ConnectTo(const ServerTarget& target, const std::string& address) {
  grpc::ChannelArguments arguments;
  // A proxy of the environment is for the web, not for a control plane next door.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Otherwise each start asks DNS for a TXT record.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  // How long an attempt may take, too: a busy server accepts at once and greets late.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetMaxReceiveMessageSize(kMaxReplyBytes);
  arguments.SetUserAgentPrefix("lif/" + std::string(LifVersion()));
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (target.tls) {
    credentials = grpc::SslCredentials({target.ca_pem, target.key_pem, target.cert_pem});
  }
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

// Waits until it is connected or has failed to.
bool IsConnected(grpc::Channel& channel) {
  const auto deadline = absl::ToChronoTime(absl::Now() + kConnectTime);
  while (true) {
    const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY) return true;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    if (!channel.WaitForStateChange(state, deadline)) return false;
  }
}

}  // namespace

std::shared_ptr<grpc::Channel> ConnectToServer(const ServerTarget& target) {
  const std::vector<std::string> addresses =
      absl::StrSplit(target.address, absl::ByAnyChar(", "), absl::SkipEmpty());
  if (addresses.size() < 2) return ConnectTo(target, target.address);
  for (const std::string& address : addresses) {
    std::shared_ptr<grpc::Channel> channel = ConnectTo(target, address);
    if (IsConnected(*channel)) return channel;
  }
  return ConnectTo(target, addresses.front());  // its calls tell what is wrong
}

CallContext::CallContext(absl::Duration deadline, std::stop_token interrupt)
    : on_interrupt_(interrupt, Cancel{&context_}) {
  context_.set_deadline(absl::ToChronoTime(absl::Now() + deadline));
}

absl::Status RpcStatus(const grpc::Status& status, const CliContext& context) {
  if (!status.ok() && context.interrupt.stop_requested()) {
    return absl::CancelledError("interrupted");
  }
  return ExplainRpcError(FromGrpcStatus(status), context.server);
}

}  // namespace lif
