#include "common/ops/service_notifier.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <map>

#include "common/base/unique_fd.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace lif {
namespace {

// What systemd is at the other end.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path) : fd_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    REQUIRE(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
  }
  std::string Receive(int wait_ms = 20'000) {
    pollfd ready{fd_.get(), POLLIN, 0};
    if (poll(&ready, 1, wait_ms) != 1) return "nothing";
    char buffer[256];
    const ssize_t count = recv(fd_.get(), buffer, sizeof(buffer), 0);
    return std::string(buffer, static_cast<size_t>(count));
  }

 private:
  UniqueFd fd_;
};

TEST_CASE("systemd is told of start and end") {
  FakeClock clock;
  const TemporaryDirectory directory;
  for (const std::string& path :
       {directory.path() + "/notify", "@lif-notify-test-" + std::to_string(getpid())}) {
    NotifySocket systemd(path);
    ServiceNotifier notifier({.socket = path}, clock, [] { return true; });
    notifier.Ready();
    CHECK(systemd.Receive() == "READY=1");
    notifier.Stopping();
    CHECK(systemd.Receive() == "STOPPING=1");
  }
}

TEST_CASE("the watchdog is told twice a period, as long as the program lives") {
  FakeClock clock;
  const TemporaryDirectory directory;
  NotifySocket systemd(directory.path() + "/notify");
  std::atomic<bool> alive = true;
  ServiceNotifier notifier({.socket = directory.path() + "/notify", .watchdog = absl::Seconds(20)},
                           clock, [&alive] { return alive.load(); });
  CHECK(systemd.Receive() == "WATCHDOG=1");
  for (int i = 0; i < 2; ++i) {
    clock.AwaitSleepers(1);
    clock.Advance(absl::Seconds(10));
    CHECK(systemd.Receive() == "WATCHDOG=1");
  }
  alive = false;
  clock.AwaitSleepers(1);
  clock.Advance(absl::Seconds(10));
  clock.AwaitSleepers(1);
  CHECK(systemd.Receive(0) == "nothing");
}

TEST_CASE("nobody is told where nobody asked") {
  FakeClock clock;
  ServiceNotifier none({}, clock, [] { return true; });
  none.Ready();
  ServiceNotifier gone({.socket = "/nonexistent/socket"}, clock, [] { return true; });
  gone.Ready();
  ServiceNotifier bad({.socket = std::string(500, 'x')}, clock, [] { return true; });
  bad.Ready();
}

TEST_CASE("the environment of a service is read") {
  std::map<std::string, std::string> variables;
  const auto environment = [&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
  CHECK(NotifyOptionsOf(environment, 7).socket.empty());
  variables = {{"NOTIFY_SOCKET", "/run/n"}, {"WATCHDOG_USEC", "30000000"}};
  CHECK(NotifyOptionsOf(environment, 7).socket == "/run/n");
  CHECK(NotifyOptionsOf(environment, 7).watchdog == absl::Seconds(30));
  variables["WATCHDOG_PID"] = "7";
  CHECK(NotifyOptionsOf(environment, 7).watchdog == absl::Seconds(30));
  variables["WATCHDOG_PID"] = "8";  // meant for another process
  CHECK(NotifyOptionsOf(environment, 7).watchdog == absl::ZeroDuration());
  variables = {{"WATCHDOG_USEC", "soon"}};
  CHECK(NotifyOptionsOf(environment, 7).watchdog == absl::ZeroDuration());
}

}  // namespace
}  // namespace lif
