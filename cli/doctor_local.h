// What `lif doctor` finds on the machine it runs on: what its environment names, and nothing else.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/config/option_parser.h"
#include "common/doctor/finding.h"
#include "common/process/process_runner.h"

namespace lif {

struct LocalDoctor {
  ProcessRunner& runner;
  Clock& clock;
  const Environment& environment;
  std::stop_token stop;
};

// Docker and buildx of DOCKER_HOST, the disk of its data, the registry of LIF_REGISTRY, the
// directories of LIF_BLOB_DIR and LIF_STATE_DIR, the stores of LIF_DOCTOR_POSTGRES_DSN and
// LIF_DOCTOR_REDIS_URL (or LIF_POSTGRES_DSN, LIF_REDIS_URL). What is not named is skipped, and says
// which variable names it.
std::vector<Finding> CheckHere(const LocalDoctor& doctor);

// Pure: of `docker version` and `docker info`, each with --format '{{json .}}'.
std::vector<Finding> JudgeEngine(const std::string& version_json, const std::string& info_json);
// Pure: of `docker buildx version`.
Finding JudgeBuildx(const std::string& text);

}  // namespace lif
