// Docker's engine with buildx, skopeo and trivy, as the configuration names them.
#pragma once

#include <memory>

#include "common/log/logger.h"
#include "executor/config.h"
#include "executor/engine.h"

namespace lif {

// Starts nothing when made. `config` and `runner` must outlive the engine.
std::unique_ptr<Engine> MakeDockerEngine(const ExecutorConfig& config, ProcessRunner& runner,
                                         const Logger& logger);

}  // namespace lif
