// The exact command line of a test. Pure; tests compare lists.
#pragma once

#include <string>
#include <vector>

#include "executor/image_tester.h"

namespace lif {

struct DockerTestOptions {
  std::string docker = "docker";
  std::string docker_host;  // "" for Docker's own default
  std::string executor_id;  // label, for people who look at the engine
  // Label by which leftovers are found. Unique among all executors that share the engine, of other
  // factories too: names such as "executor-1" are not.
  std::string owner;
  std::string memory = "2g";
  int pids_limit = 512;
  std::string shelf;                    // file that remembers which images stay (image_shelf.h)
  int keep = 20;                        // how many
  std::string gpu_flag = "--gpus=all";  // gives a test the machine's GPUs (gpu.h)
};

// Locked down: no network but loopback, a read-only root with /tmp in memory, no capabilities, no
// new privileges, bounded memory and processes. The image's entrypoint does not run; the test does.
std::vector<std::string> DockerTestCommand(const DockerTestOptions& options,
                                           const TestRunRequest& request);

}  // namespace lif
