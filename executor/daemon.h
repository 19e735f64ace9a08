// The executor as a process: reads its configuration, wires stores and engine, and builds until a
// signal.
#pragma once

#include <signal.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/log/logger.h"
#include "executor/config.h"
#include "executor/engine.h"

namespace lif {

// `config` and `runner` outlive the engine.
using EngineMaker = std::function<std::unique_ptr<Engine>(
    const ExecutorConfig& config, ProcessRunner& runner, const Logger& logger)>;

// Blocks until a signal of `signals` has drained it. Answers the exit code; what is wrong with the
// arguments, or keeps it from starting, is told on stderr.
int DaemonMain(const std::vector<std::string>& arguments, const sigset_t& signals,
               const EngineMaker& make_engine);

}  // namespace lif
