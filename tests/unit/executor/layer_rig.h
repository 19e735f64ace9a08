// An executor's insides on fakes, with a layer ledger: layer, image and index jobs.
#pragma once

#include <string>
#include <vector>

#include "tests/fakes/memory_layer_ledger.h"
#include "tests/unit/executor/executor_rig.h"

namespace lif {

// Manifests "web" and "api" (linux/amd64 and linux/arm64), "gpu-report" (linux/amd64, requires a
// GPU) and "broken" (its core fails): security ca, core py or bad, light tini, and an app each, of
// one RUN each that echoes the module's name. Security and core are stable.
Catalog LayerCatalog();

class LayerRig : public ExecutorRig {
 public:
  LayerRig();

  // The job of one layer of the manifest; 1 is the one on the base.
  JobSpec LayerSpec(const std::string& manifest_id, int position, int64_t generation = 1);
  std::string LayerKeyOf(const std::string& manifest_id, int position);
  // Submits and runs the job; answers its row. `manifest_id` has it at `position`.
  LedgerLayer MakeLayer(const std::string& manifest_id, int position, int64_t generation = 1);
  // The ledger's newest row; fails the test when there is none.
  LedgerLayer Row(const std::string& manifest_id, int position);
  bool HasRow(const std::string& manifest_id, int position);
  // Runs what is ready in the pool until nothing is; answers how many jobs that were.
  int RunAll(const std::string& pool = "amd64");
  // Whether a module's RUN is in the Dockerfile that was built last.
  bool LastBuildRan(const std::string& module) const;

  MemoryLayerLedger ledger{&clock};
};

}  // namespace lif
