#include "controlplane/call_end.h"

#include "common/base/grpc_status.h"

namespace lif {

absl::Status ClientLeft() {
  return absl::CancelledError("the client has left");
}

absl::Status CallEnd::Pause(Clock& clock, absl::Duration duration) const {
  if (client_left && client_left()) return ClientLeft();
  if (clock.Sleep(duration, stop)) return absl::OkStatus();
  return WithRetryAfter(
      WithReason(absl::UnavailableError("this replica shuts down; call again to go on"),
                 "SHUTTING_DOWN"),
      absl::Milliseconds(500));
}

}  // namespace lif
