// Command lines of skopeo, and what its output means. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/platform.h"
#include "common/registry/image_reference.h"

namespace lif {

struct SkopeoOptions {
  bool insecure = false;  // plain HTTP, or a certificate that is not checked
  std::string auth_file;  // registry credentials (containers-auth.json); "" for the user's own
};

// The manifest's bytes on standard output.
std::vector<std::string> InspectRawArgv(const ImageReference& image, const SkopeoOptions& options);
// The image's configuration on standard output.
std::vector<std::string> InspectConfigArgv(const ImageReference& image,
                                           const SkopeoOptions& options);
// An OCI layout directory with all that is in it → registry; digests are kept. INVALID_ARGUMENT for
// a path with ':', which skopeo would read as a tag.
absl::StatusOr<std::vector<std::string>> PushOciArgv(const std::string& oci_directory,
                                                     const ImageReference& target,
                                                     const SkopeoOptions& options);
// Within or between registries; digests are kept. Moving a tag: source by digest, target by tag.
std::vector<std::string> CopyArgv(const ImageReference& source, const ImageReference& target,
                                  const SkopeoOptions& options);

// An image as its registry describes it.
struct ImageDescription {
  std::string digest;                         // of the manifest, or of the index
  std::map<Platform, std::string> platforms;  // of an index: each platform's manifest digest
  bool index = false;
};
// From the bytes of `InspectRawArgv`. Platforms that are not ours, and attestations, are left out.
absl::StatusOr<ImageDescription> ParseRawManifest(std::string_view bytes);
// From the bytes of `InspectConfigArgv`.
absl::StatusOr<Platform> ParseConfigPlatform(std::string_view bytes);

// What skopeo's last words mean, as "cannot <what>: <reason>; <what to do>":
//   NOT_FOUND, UNAUTHENTICATED, PERMISSION_DENIED, RESOURCE_EXHAUSTED (the registry's disk),
//   FAILED_PRECONDITION (TLS), UNAVAILABLE (try again), INTERNAL (anything else).
absl::Status SkopeoFailure(std::string_view what, std::string_view standard_error);

}  // namespace lif
