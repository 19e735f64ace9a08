// The state of one attempt of one build, handed from stage to stage.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/catalog/digests.h"
#include "common/catalog/model.h"
#include "common/queue/job.h"
#include "common/records/layer_ledger.h"
#include "common/records/record.h"
#include "common/registry/oci_image.h"
#include "common/stitch/dockerfile.h"
#include "executor/evidence.h"
#include "executor/held_lease.h"
#include "executor/image_builder.h"
#include "executor/job_reporter.h"
#include "executor/workspace.h"

namespace lif {

struct BuildRun {
  const ClaimedJob& job;
  HeldLease& lease;
  Workspace& workspace;
  EvidenceLog& evidence;
  JobReporter& reporter;

  Record record = {};                      // filled as the stages go; what is committed at the end
  std::vector<std::string> log_tail = {};  // of what failed, at most 50 lines

  // Set by prepare:
  std::optional<Record> recorded = {};  // this generation has a record already
  Platform platform = {};
  ResolvedManifest manifest = {};
  BuildIdentity identity = {};
  int top = 0;  // of a layer job: position of its layer, 1 is the one on the base; else 0
  // Set by layers:
  std::map<std::string, LedgerLayer> ledger = {};  // by layer key: the newest row of each
  int below = 0;               // position of the layer that is stood on; 0 for the base
  std::string ground = "";     // its image; "" for the base
  ImageManifest grounds = {};  // what that image is made of; empty when not known
  // Set by contexts: name → directory.
  std::map<std::string, std::string> contexts = {};
  // Set by render:
  RenderedDockerfile dockerfile = {};
  // Set by build:
  ImageBuildReport report = {};
  // Set by push, of a layer job; or by layers, when the ledger has it already:
  std::optional<LedgerLayer> made = {};
  bool in_ledger = false;  // `made` is the ledger's row
  // Set by sbom:
  std::string sbom = {};  // SPDX 2.3 JSON; "" when there is none

  // Set by a stage whose work took another time than the stage: it went on beside others.
  std::optional<absl::Duration> own_time = {};

  // Into the build log and the evidence.
  void Say(std::string_view text) {
    reporter.Log(text);
    evidence.Text(text);
  }
};

}  // namespace lif
