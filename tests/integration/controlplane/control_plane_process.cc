#include "tests/integration/controlplane/control_plane_process.h"

#include <fcntl.h>
#include <grpcpp/create_channel.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "absl/time/clock.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

constexpr absl::Duration kStartTimeout = absl::Seconds(20);
constexpr absl::Duration kLook = absl::Milliseconds(10);
constexpr char kPort[] = " port=";

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

ControlPlaneProcess::ControlPlaneProcess(const std::string& lines, std::vector<std::string> more) {
  const std::string config = directory_.path() + "/controlplane.ini";
  const std::string output = directory_.path() + "/output";
  {
    std::ofstream file(config);
    file << lines;
  }
  std::vector<std::string> argv = {"setpriv",  "--pdeathsig", "KILL", LIF_CONTROLPLANE_BINARY,
                                   "--config", config};
  argv.insert(argv.end(), more.begin(), more.end());
  std::vector<char*> pointers;
  for (std::string& argument : argv) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  const int error = ::posix_spawnp(&pid_, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(error == 0);
}

ControlPlaneProcess::~ControlPlaneProcess() {
  if (ended_) return;
  Signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void ControlPlaneProcess::AwaitServing() {
  const absl::Time deadline = absl::Now() + kStartTimeout;
  while (absl::Now() < deadline) {
    const std::string output = Output();
    const size_t serving = output.find(" serving ");
    const size_t at = serving == std::string::npos ? serving : output.find(kPort, serving);
    if (at != std::string::npos && output.find('\n', at) != std::string::npos) {
      port_ = std::stoi(output.substr(at + sizeof(kPort) - 1));
      return;
    }
    if (AwaitEnd(0)) FAIL("lif-controlplane ended: " << Output());
    absl::SleepFor(kLook);
  }
  FAIL("lif-controlplane does not serve: " << Output());
}

std::shared_ptr<grpc::Channel> ControlPlaneProcess::Channel() const {
  return Channel(grpc::InsecureChannelCredentials());
}

std::shared_ptr<grpc::Channel> ControlPlaneProcess::Channel(
    const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
  return grpc::CreateChannel("127.0.0.1:" + std::to_string(port_), credentials);
}

void ControlPlaneProcess::Signal(int signal) const {
  ::kill(pid_, signal);
}

std::optional<int> ControlPlaneProcess::AwaitEnd(int seconds) {
  const absl::Time deadline = absl::Now() + absl::Seconds(seconds);
  while (!ended_) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else if (absl::Now() >= deadline) {
      break;
    } else {
      absl::SleepFor(kLook);
    }
  }
  return ended_;
}

std::string ControlPlaneProcess::Output() const {
  return ReadAll(directory_.path() + "/output");
}

int ControlPlaneProcess::ResidentMemory() const {
  const std::string status = ReadAll("/proc/" + std::to_string(pid_) + "/status");
  const size_t at = status.find("VmRSS:");
  REQUIRE(at != std::string::npos);
  return std::stoi(status.substr(at + 6));
}

}  // namespace lif
