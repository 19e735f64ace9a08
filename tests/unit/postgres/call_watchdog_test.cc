#include "common/postgres/call_watchdog.h"

#include <sys/socket.h>
#include <unistd.h>

#include <optional>

#include "tests/support/catch.h"

namespace lif {
namespace {

class SocketPair {
 public:
  SocketPair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds_) == 0); }
  ~SocketPair() {
    ::close(fds_[0]);
    ::close(fds_[1]);
  }
  int ours() const { return fds_[0]; }
  int theirs() const { return fds_[1]; }

 private:
  int fds_[2] = {-1, -1};
};

TEST_CASE("a wait without an answer ends at its limit") {
  CallWatchdog watchdog;
  SocketPair pair;
  char byte = 0;
  CallWatchdog::Guard guard = watchdog.Watch(pair.ours(), absl::Milliseconds(20));
  CHECK(::read(pair.ours(), &byte, 1) == 0);  // would block for ever
}

TEST_CASE("a call that ended in time leaves its socket alone") {
  CallWatchdog watchdog;
  SocketPair pair;
  SocketPair other;
  char byte = 0;
  { CallWatchdog::Guard guard = watchdog.Watch(pair.ours(), absl::Milliseconds(20)); }
  // The other's limit passes after the first one's would have.
  CallWatchdog::Guard guard = watchdog.Watch(other.ours(), absl::Milliseconds(60));
  CHECK(::read(other.ours(), &byte, 1) == 0);
  REQUIRE(::write(pair.theirs(), "x", 1) == 1);
  CHECK(::read(pair.ours(), &byte, 1) == 1);
}

TEST_CASE("an earlier limit that comes later is kept") {
  CallWatchdog watchdog;
  SocketPair slow;
  SocketPair fast;
  char byte = 0;
  CallWatchdog::Guard first = watchdog.Watch(slow.ours(), absl::Hours(1));
  CallWatchdog::Guard second = watchdog.Watch(fast.ours(), absl::Milliseconds(20));
  CHECK(::read(fast.ours(), &byte, 1) == 0);
}

TEST_CASE("an unused watchdog ends at once") {
  std::optional<CallWatchdog> watchdog;
  watchdog.emplace();
  watchdog.reset();
  SUCCEED();
}

}  // namespace
}  // namespace lif
