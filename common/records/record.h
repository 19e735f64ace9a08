// The record of one generation of a build (design.md §1, §8), and its parts. Jobs of every kind
// leave one: an image's is the compatibility record, a layer's and an index's tell how they came
// about.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/queue/job.h"
#include "common/sbom/package.h"

namespace lif {

enum class Outcome {
  kCompatible,
  kIncompatible,  // a test failed
  kFailed,        // a RUN failed, or the fragment is wrong
  kError,         // ours: infrastructure, timeout, layer lost
  kCancelled,
};

std::string_view OutcomeName(Outcome outcome);  // "compatible", …
std::optional<Outcome> ParseOutcome(std::string_view name);

struct TestResult {
  std::string name;
  std::string module_ref;  // name@version, or "" for a test of the template
  bool passed = false;
  int exit_code = 0;
  std::string message;  // why it failed, one line; "" when it passed
  absl::Duration duration;
};

// An artifact is a blob with a name: "evidence.log", "build.log", "Dockerfile", "sbom.spdx.json",
// "error-<id>.json".
struct Artifact {
  std::string name;
  std::string media_type;
  std::string sha256;
  int64_t size = 0;
};

enum class LayerUse { kReused, kJoined, kBuilt };
std::string_view LayerUseName(LayerUse use);  // "reused", "joined", "built"
std::optional<LayerUse> ParseLayerUse(std::string_view name);

// A layer of an image. What has a row in the ledger says which: generation, digest, size and
// duration are then the row's. Layers below such a row that its job built with it have no row of
// their own: generation 0, and its build in `built_by`.
struct RecordLayer {
  int position = 0;        // 0 is the base
  std::string layer_key;   // 64 hex
  std::string module_ref;  // "" for the base
  std::string slot;        // "base", "security", …
  LayerUse use = LayerUse::kBuilt;
  int steps_cached = 0;
  int steps_run = 0;
  int64_t generation = 0;             // in the ledger; 0: it has no row of its own
  std::string built_by;               // build ID that executed it; "" for the base, or not known
  std::string digest;                 // "sha256:<hex>" of the image that ends with it; "" for none
  std::vector<std::string> diff_ids;  // that the row adds to what it stands on; empty: not known
  int64_t size = 0;                   // bytes of the compressed blobs that the row added
  absl::Duration duration = absl::ZeroDuration();  // of the job that made the row
};

// Where a failure was, in the words of the module's author. Empty fields: not known.
struct FailureDetail {
  FailureClass failure = FailureClass::kNone;
  std::string stage;  // pipeline stage: "build", "push", "test", …
  std::string module_ref;
  int fragment_line = 0;  // 1-based line of fragment.Dockerfile; 0 unknown
  std::string command;
  std::optional<int> exit_code;
  std::string message;  // one or a few lines, for people
  std::string cause_build_id;
};

struct Record {
  JobKind kind = JobKind::kImage;
  std::string build_id;
  std::string build_key;  // of a layer job the layer key, of an index job the index key
  int64_t generation = 1;
  int64_t token = 0;  // of the lease under which it was written
  std::string manifest_id;
  std::string platform;
  std::string pool;
  std::string executor;
  std::string tenant;
  int attempt = 1;
  Outcome outcome = Outcome::kError;
  FailureDetail failure;                         // of an outcome that is not compatible
  std::string image;                             // repository@digest; "" when none was pushed
  std::vector<std::string> tags;                 // that publish moves, when compatible
  std::map<std::string, absl::Duration> stages;  // stage → time it took
  int steps_cached = 0;
  int steps_run = 0;
  std::string base_image;      // repository@digest; "" not known
  int64_t image_size = 0;      // bytes: the compressed blobs of the whole image; 0 without one
  int64_t bytes_pushed = 0;    // that the registry did not have before
  int64_t bytes_pulled = 0;    // that the engine fetched to build on, as far as it said so
  int64_t bytes_unpacked = 0;  // compressed bytes of what the engine unpacked, likewise
  // What reuse saved: layers that this build did not execute, and what the ledger says they took.
  int saved_layers = 0;
  absl::Duration saved = absl::ZeroDuration();
  absl::Time submitted;
  absl::Time started;
  absl::Time finished;
  std::vector<RecordLayer> layers;  // bottom first
  std::vector<TestResult> tests;    // in the order run
  std::vector<Artifact> artifacts;
  std::vector<Package> packages;  // of its SBOM, each once; written, but not read back by GetRecord
};

}  // namespace lif
