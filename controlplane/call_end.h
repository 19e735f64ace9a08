// When a long call must end before its work does.
#pragma once

#include <functional>
#include <stop_token>

#include "absl/status/status.h"
#include "common/base/clock.h"

namespace lif {

// CANCELLED: nobody is there to read it.
absl::Status ClientLeft();

struct CallEnd {
  std::stop_token stop;               // of the server: it shuts down
  std::function<bool()> client_left;  // asked at every pause; may be empty

  // Sleeps. CANCELLED when the client has left; UNAVAILABLE with a short RetryInfo when the server
  // stops, so that the client goes on at another replica.
  absl::Status Pause(Clock& clock, absl::Duration duration) const;
};

}  // namespace lif
