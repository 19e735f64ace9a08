// `lif-executor local`: one build for `lif build --local`, told on standard output as lines of JSON
// (event_stream.h).
#pragma once

#include <signal.h>

#include <string>
#include <vector>

namespace lif {

// `arguments` without "local"; `signals` are SIGTERM and SIGINT, blocked in every thread. The first
// one stops the build. Answers the exit code: 0 when what came of it was told, 2 for a wrong
// command line.
int LocalMain(const std::vector<std::string>& arguments, const sigset_t& signals);

}  // namespace lif
