// Lists the software in an image. Implementations: TrivySbomGenerator;
// tests/fakes/fake_sbom_generator.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace lif {

struct SbomRequest {
  std::string image;    // directory with an OCI layout of one image
  std::string scratch;  // directory that the generator makes and fills; the caller removes it
  absl::Duration deadline = absl::Minutes(10);
};

struct SbomScan {
  std::vector<std::string> argv;  // what ran on this machine
  std::string document;           // SPDX 2.3 JSON, not checked; at most kMaxSpdxBytes
  std::string said;               // remarks of the scanner, the end of them
};

// Thread-safe; blocks until the scanner has ended. Needs no network. Errors: UNAVAILABLE (the
// scanner can't be started or failed, with what it said), DEADLINE_EXCEEDED, CANCELLED (stopped).
class SbomGenerator {
 public:
  virtual ~SbomGenerator() = default;
  virtual absl::StatusOr<SbomScan> Generate(const SbomRequest& request, std::stop_token stop) = 0;
};

}  // namespace lif
