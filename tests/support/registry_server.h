// An OCI registry of the test's own (docker-registry) on a free port of loopback.
#pragma once

#include <string>

namespace lif {

// Not thread-safe. Throws std::runtime_error when the registry can't be started.
class RegistryServer {
 public:
  RegistryServer();
  ~RegistryServer();
  RegistryServer(const RegistryServer&) = delete;
  RegistryServer& operator=(const RegistryServer&) = delete;

  const std::string& address() const { return address_; }  // "127.0.0.1:43210"
  void Stop();

 private:
  std::string directory_;
  std::string address_;
  int pid_ = 0;
};

}  // namespace lif
