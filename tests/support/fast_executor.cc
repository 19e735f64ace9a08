// lif-executor-fast DIRECTORY [OPTION…]: lif-executor with a fast engine, whose files lie in
// DIRECTORY. For tests; never installed.
#include <cstdio>

#include "common/ops/daemon_process.h"
#include "executor/daemon.h"
#include "tests/support/fast_engine.h"

int main(int argc, char** argv) {
  const sigset_t signals = lif::PrepareProcess();
  if (argc < 2) {
    std::fputs("usage: lif-executor-fast DIRECTORY [OPTION…]\n", stderr);
    return 2;
  }
  const std::string directory = argv[1];
  return lif::DaemonMain(
      std::vector<std::string>(argv + 2, argv + argc), signals,
      [&directory](const lif::ExecutorConfig& /*config*/, lif::ProcessRunner& /*runner*/,
                   const lif::Logger& /*logger*/) { return lif::MakeFastEngine(directory); });
}
