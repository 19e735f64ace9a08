// What an OCI registry's HTTP API does that skopeo does not: tell whether a repository has a blob,
// and mount one from another repository; and what is not worth a process: moving a tag. Anonymous:
// a registry that wants credentials answers UNAUTHENTICATED, and the caller does with skopeo.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/registry/image_reference.h"

namespace lif {

// One connection. Not thread-safe; calls block until the deadline of each or a stop. Errors:
// UNAUTHENTICATED; UNAVAILABLE (try again); DEADLINE_EXCEEDED; CANCELLED; UNIMPLEMENTED for an
// answer that we don't know.
class RegistrySession {
 public:
  struct Options {
    bool insecure = false;  // plain HTTP, or a certificate that is not checked
    absl::Duration deadline = absl::Seconds(20);  // of each call
    std::stop_token stop;
  };
  // `image` names registry and repository; its tag and digest are for GetManifest.
  RegistrySession(ImageReference image, const Options& options);
  ~RegistrySession();
  RegistrySession(const RegistrySession&) = delete;
  RegistrySession& operator=(const RegistrySession&) = delete;

  // The manifest's bytes. NOT_FOUND when the registry has none.
  absl::StatusOr<std::string> GetManifest();
  // Points `tag` at the manifest that `image` names by digest, in its own repository. Idempotent.
  // NOT_FOUND when the registry has none.
  absl::Status Tag(const std::string& tag);
  absl::StatusOr<bool> HasBlob(const std::string& digest);
  // From another repository of the same registry; false when that one can't give it.
  absl::StatusOr<bool> MountBlob(const std::string& digest, const std::string& from_repository);

 private:
  struct Handle;
  struct Manifest {
    std::string bytes;
    std::string type;  // its media type
  };
  struct Reply {
    long status = 0;
    std::string body;      // of a GET
    std::string type;      // of the body
    std::string location;  // absolute
  };
  // `content` is sent; null for a request without a body.
  absl::StatusOr<Reply> Ask(const char* method, const std::string& url,
                            const Manifest* content = nullptr);
  absl::StatusOr<Manifest> FetchManifest();
  std::string UrlOf(const std::string& path) const;

  const ImageReference image_;
  const Options options_;
  std::string scheme_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace lif
