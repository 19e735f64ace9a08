// What we ask of an OCI registry, done by skopeo.
#pragma once

#include <map>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/platform.h"
#include "common/process/process_runner.h"
#include "common/registry/skopeo_command.h"

namespace lif {

// Thread-safe; calls block until done, the deadline or a stop. `runner` must outlive it.
// Errors: SkopeoFailure, and DEADLINE_EXCEEDED, CANCELLED, NOT_FOUND when skopeo is not installed.
// Nothing is tried twice here: callers know how long it is worth trying.
class RegistryClient {
 public:
  RegistryClient(ProcessRunner& runner, SkopeoOptions options)
      : runner_(runner), options_(std::move(options)) {}

  struct Call {
    absl::Duration deadline = absl::Minutes(1);
    std::stop_token stop;
  };

  // The digest of each platform of a tag or digest: of an index all of ours, of a single image its
  // own. FAILED_PRECONDITION when it has none that we build.
  absl::StatusOr<std::map<Platform, std::string>> ResolvePlatforms(const std::string& image,
                                                                   const Call& call);
  // The digest that a tag points to now (of the index, where it is one).
  absl::StatusOr<std::string> ResolveDigest(const std::string& image, const Call& call);
  // The bytes of its manifest, or of its index.
  absl::StatusOr<std::string> ReadManifest(const std::string& image, const Call& call);
  // Uploads what an OCI layout directory holds; layers that are there are not sent again.
  absl::Status PushOci(const std::string& oci_directory, const std::string& target,
                       const Call& call);
  // Points `target` (with a tag) at `source` (with a digest). Idempotent.
  absl::Status Copy(const std::string& source, const std::string& target, const Call& call);

 private:
  absl::StatusOr<std::string> Run(const std::string& what, std::vector<std::string> argv,
                                  const Call& call);
  // For one registry: those on loopback are spoken to without TLS.
  SkopeoOptions OptionsFor(const ImageReference& image) const;

  ProcessRunner& runner_;
  const SkopeoOptions options_;
};

}  // namespace lif
