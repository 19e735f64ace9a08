// The beginning of each command line of Docker's client.
#pragma once

#include <string>
#include <vector>

namespace lif {

// The program, with the engine's address ("unix:///…", "tcp://…") unless that is "", Docker's own
// default.
inline std::vector<std::string> DockerArgv(const std::string& program, const std::string& host) {
  if (host.empty()) return {program};
  return {program, "--host", host};
}

}  // namespace lif
