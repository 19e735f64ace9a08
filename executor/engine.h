// What an executor builds, stores, tests and lists images with, as one machine has it.
// Implementations: DockerEngine; tests/support/fast_engine.
#pragma once

#include "absl/status/status.h"
#include "common/process/process_runner.h"
#include "executor/image_builder.h"
#include "executor/image_registry.h"
#include "executor/image_tester.h"
#include "executor/sbom_generator.h"

namespace lif {

// Thread-safe. The parts live as long as the engine.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual ImageBuilder& builder() = 0;
  virtual ImageRegistry& registry() = 0;
  virtual ImageTester& tester() = 0;
  virtual SbomGenerator* sbom() = 0;  // null: builds are recorded without an SBOM
  // Whether what it needs on this machine works; the error says what to do. Asked once, at start.
  virtual absl::Status Check() = 0;
  // Whether the engine, or the registry, answers; each within seconds.
  virtual absl::Status Probe() = 0;
  virtual absl::Status ProbeRegistry() = 0;
};

}  // namespace lif
