// lif-executor: the daemon with Docker's engine, and `lif-executor local` for lif build --local.
#include "common/ops/daemon_process.h"
#include "executor/daemon.h"
#include "executor/docker_engine.h"
#include "executor/local/local_main.h"

int main(int argc, char** argv) {
  const sigset_t signals = lif::PrepareProcess();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments.front() == "local") {
    return lif::LocalMain({arguments.begin() + 1, arguments.end()}, signals);
  }
  return lif::DaemonMain(arguments, signals, lif::MakeDockerEngine);
}
