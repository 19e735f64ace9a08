// Tells systemd how the service is doing (sd_notify(3)), when systemd asked for it: a datagram to
// the socket in NOTIFY_SOCKET. Does nothing elsewhere.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"

namespace lif {

struct NotifyOptions {
  std::string socket;  // path, or "@name" of an abstract socket; "" notifies nobody
  absl::Duration watchdog = absl::ZeroDuration();  // 0: none is wanted
};

// From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
NotifyOptions NotifyOptionsOf(const std::function<const char*(const char* name)>& environment,
                              int pid);

// Thread-safe. Owns the thread that keeps the watchdog content; sending never blocks for long.
class ServiceNotifier {
 public:
  // While `alive` answers true the watchdog is told so, twice a period; when it no longer does,
  // systemd restarts the service. `clock` must outlive this.
  ServiceNotifier(NotifyOptions options, Clock& clock, std::function<bool()> alive);

  void Ready() { Send("READY=1"); }
  void Stopping() { Send("STOPPING=1"); }

 private:
  void Send(std::string_view state) const;
  void KeepWatchdog(std::stop_token stop) const;

  const NotifyOptions options_;
  Clock& clock_;
  const std::function<bool()> alive_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace lif
