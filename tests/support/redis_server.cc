#include "tests/support/redis_server.h"

#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"
#include "common/redis/redis_connection.h"

namespace lif {
namespace {

constexpr absl::Duration kStartTimeout = absl::Seconds(20);

}  // namespace

RedisServer::RedisServer(std::string directory, std::vector<std::string> more)
    : directory_(std::move(directory)), more_(std::move(more)) {}

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::Start(std::vector<std::string> more) {
  const char* base = ::getenv("TMPDIR");
  std::string name = absl::StrCat(base != nullptr ? base : "/tmp", "/lif-redis-XXXXXX");
  if (::mkdtemp(name.data()) == nullptr) {
    return absl::InternalError(absl::StrCat("cannot make ", name, ": ", std::strerror(errno)));
  }
  std::unique_ptr<RedisServer> server(new RedisServer(name, std::move(more)));
  LIF_RETURN_IF_ERROR(server->Restart());
  return server;
}

RedisServer::~RedisServer() {
  Kill();
  RemoveTree(directory_).IgnoreError();
}

RedisOptions RedisServer::options() const {
  RedisOptions options;
  options.unix_path = directory_ + "/redis.sock";
  return options;
}

void RedisServer::Kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::Suspend() {
  ::kill(pid_, SIGSTOP);
}

void RedisServer::Resume() {
  ::kill(pid_, SIGCONT);
}

absl::Status RedisServer::Erase() {
  return RemoveTree(directory_ + "/appendonlydir");
}

absl::Status RedisServer::Keep() {
  LIF_RETURN_IF_ERROR(RemoveTree(directory_ + "/kept"));
  std::error_code error;
  std::filesystem::copy(directory_ + "/appendonlydir", directory_ + "/kept",
                        std::filesystem::copy_options::recursive, error);
  return error ? absl::InternalError(error.message()) : absl::OkStatus();
}

absl::Status RedisServer::Return() {
  LIF_RETURN_IF_ERROR(Erase());
  std::error_code error;
  std::filesystem::copy(directory_ + "/kept", directory_ + "/appendonlydir",
                        std::filesystem::copy_options::recursive, error);
  return error ? absl::InternalError(error.message()) : absl::OkStatus();
}

absl::Status RedisServer::Restart() {
  LIF_RETURN_IF_ERROR(Spawn());
  return AwaitReady();
}

absl::Status RedisServer::Spawn() {
  std::vector<std::string> argv = {"setpriv",       "--pdeathsig",
                                   "KILL",          "redis-server",
                                   "--port",        "0",
                                   "--unixsocket",  directory_ + "/redis.sock",
                                   "--dir",         directory_,
                                   "--logfile",     directory_ + "/redis.log",
                                   "--appendonly",  "yes",
                                   "--appendfsync", "always",
                                   "--save",        "",
                                   "--daemonize",   "no"};
  argv.insert(argv.end(), more_.begin(), more_.end());
  std::vector<char*> pointers;
  for (std::string& argument : argv) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const int error = ::posix_spawnp(&pid_, pointers[0], nullptr, nullptr, pointers.data(), environ);
  if (error != 0) {
    return absl::InternalError(absl::StrCat("cannot start redis-server: ", std::strerror(error)));
  }
  return absl::OkStatus();
}

absl::Status RedisServer::AwaitReady() {
  const absl::Time deadline = absl::Now() + kStartTimeout;
  while (absl::Now() < deadline) {
    auto connection = RedisConnection::Connect(options());
    if (connection.ok()) {
      auto reply = (*connection)->Command({"PING"}, absl::Seconds(1));
      // NOAUTH: it answers, and wants an account first.
      const bool answers =
          reply.ok() && (reply->text() == "PONG" || reply->text().find("NOAUTH") == 0);
      if (answers) return absl::OkStatus();
    }
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      return absl::InternalError(
          absl::StrCat("redis-server ended; see ", directory_, "/redis.log"));
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
  return absl::DeadlineExceededError("redis-server did not answer in time");
}

}  // namespace lif
