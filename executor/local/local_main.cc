#include "executor/local/local_main.h"

#include <unistd.h>

#include <cstdio>
#include <thread>

#include "executor/local/local_build.h"

namespace lif {
namespace {

constexpr int kExitUsage = 2;

void WriteLine(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

int LocalMain(const std::vector<std::string>& arguments, const sigset_t& signals) {
  const auto line = ParseLocalCommandLine(arguments, SystemEnvironment());
  EventStream events(WriteLine);
  if (!line.ok()) {
    events.Failed(line.status());
    return kExitUsage;
  }
  if (line->text.has_value()) {
    WriteLine(*line->text);
    return 0;
  }
  std::stop_source stop;
  std::jthread building([&] {
    RunLocalBuild(line->options, events, stop.get_token());
    kill(getpid(), SIGTERM);  // wakes the wait below
  });
  int signal = 0;
  sigwait(&signals, &signal);
  stop.request_stop();
  building.join();
  return 0;
}

}  // namespace lif
