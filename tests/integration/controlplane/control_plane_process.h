// lif-controlplane as an operator runs it: a process with a configuration file and a port.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace lif {

// Not thread-safe. The process ends with the object.
class ControlPlaneProcess {
 public:
  // `lines` of its configuration file, which it reads with --config. Does not wait.
  explicit ControlPlaneProcess(const std::string& lines, std::vector<std::string> more = {});
  ~ControlPlaneProcess();
  ControlPlaneProcess(const ControlPlaneProcess&) = delete;
  ControlPlaneProcess& operator=(const ControlPlaneProcess&) = delete;

  // Waits until it serves; fails the test when it ends or takes longer than 20 s.
  void AwaitServing();
  std::shared_ptr<grpc::Channel> Channel() const;  // plain text
  std::shared_ptr<grpc::Channel> Channel(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) const;

  void Signal(int signal) const;
  // Its exit code, or 128 + the signal that ended it; nullopt when it has not ended in time.
  std::optional<int> AwaitEnd(int seconds);
  // All that it wrote to standard output and error.
  std::string Output() const;
  // kB, from the kernel.
  int ResidentMemory() const;

 private:
  TemporaryDirectory directory_;
  pid_t pid_ = -1;
  std::optional<int> ended_;
  int port_ = 0;
};

}  // namespace lif
