#include "common/ops/service_notifier.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/base/unique_fd.h"

namespace lif {
namespace {

absl::Duration WatchdogOf(const char* microseconds, const char* watched, int pid) {
  int64_t period = 0;
  if (microseconds == nullptr || !absl::SimpleAtoi(microseconds, &period) || period <= 0) {
    return absl::ZeroDuration();
  }
  int64_t other = 0;  // the variable may have been inherited from a service that started us
  if (watched != nullptr && (!absl::SimpleAtoi(watched, &other) || other != pid)) {
    return absl::ZeroDuration();
  }
  return absl::Microseconds(period);
}

}  // namespace

NotifyOptions NotifyOptionsOf(const std::function<const char*(const char* name)>& environment,
                              int pid) {
  NotifyOptions options;
  const char* socket = environment("NOTIFY_SOCKET");
  if (socket != nullptr) options.socket = socket;
  options.watchdog = WatchdogOf(environment("WATCHDOG_USEC"), environment("WATCHDOG_PID"), pid);
  return options;
}

ServiceNotifier::ServiceNotifier(NotifyOptions options, Clock& clock, std::function<bool()> alive)
    : options_(std::move(options)), clock_(clock), alive_(std::move(alive)) {
  if (options_.socket.empty() || options_.watchdog == absl::ZeroDuration()) return;
  thread_ = std::jthread([this](std::stop_token stop) { KeepWatchdog(stop); });
}

void ServiceNotifier::KeepWatchdog(std::stop_token stop) const {
  do {
    if (alive_()) Send("WATCHDOG=1");
  } while (clock_.Sleep(options_.watchdog / 2, stop));
}

// What can't be sent is not worth an error: the service works, and systemd's own timeouts tell.
void ServiceNotifier::Send(std::string_view state) const {
  sockaddr_un address{};
  if (options_.socket.empty() || options_.socket.size() >= sizeof(address.sun_path)) return;
  const UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, options_.socket.data(), options_.socket.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const auto length =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + options_.socket.size());
  (void)sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace lif
