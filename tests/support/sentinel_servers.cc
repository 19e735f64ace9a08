#include "tests/support/sentinel_servers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"

namespace lif {

int FreePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

absl::StatusOr<std::unique_ptr<SentinelServers>> SentinelServers::Start(int count, int port,
                                                                        absl::Duration down_after) {
  std::string name = "/tmp/lif-sentinel-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    return absl::InternalError(absl::StrCat("cannot make ", name, ": ", std::strerror(errno)));
  }
  std::unique_ptr<SentinelServers> servers(new SentinelServers(name));
  for (int i = 0; i < count; ++i) {
    const int own = FreePort();
    const std::string file = absl::StrCat(name, "/", own, ".conf");
    LIF_RETURN_IF_ERROR(WriteFileAtomically(
        file, absl::StrCat("port ", own, "\nbind 127.0.0.1\ndir ", name, "\nlogfile ", name, "/",
                           own, ".log\nsentinel monitor main 127.0.0.1 ", port, " ", count / 2 + 1,
                           "\nsentinel down-after-milliseconds main ",
                           absl::ToInt64Milliseconds(down_after),
                           "\nsentinel failover-timeout main 3000\n")));
    std::vector<std::string> argv = {"setpriv",      "--pdeathsig", "KILL",
                                     "redis-server", file,          "--sentinel"};
    std::vector<char*> pointers;
    for (std::string& argument : argv) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    pid_t pid = -1;
    const int error = ::posix_spawnp(&pid, pointers[0], nullptr, nullptr, pointers.data(), environ);
    if (error != 0) {
      return absl::InternalError(absl::StrCat("cannot start a sentinel: ", std::strerror(error)));
    }
    servers->ports_.push_back(own);
    servers->pids_.push_back(pid);
  }
  return servers;
}

SentinelServers::~SentinelServers() {
  for (const pid_t pid : pids_) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  RemoveTree(directory_).IgnoreError();
}

std::vector<std::pair<std::string, int>> SentinelServers::addresses() const {
  std::vector<std::pair<std::string, int>> addresses;
  for (const int port : ports_) addresses.emplace_back("127.0.0.1", port);
  return addresses;
}

}  // namespace lif
