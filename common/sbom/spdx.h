// Software bills of materials in SPDX 2.3 JSON. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sbom/package.h"

namespace lif {

inline constexpr char kSbomArtifact[] = "sbom.spdx.json";
inline constexpr char kSpdxMediaType[] = "application/spdx+json";
// Of a document, in bytes. A Debian image with 500 packages takes about 600 KiB.
inline constexpr size_t kMaxSpdxBytes = 64 << 20;
inline constexpr size_t kMaxPackages = 100'000;

struct Sbom {
  std::string text;               // the document
  std::vector<Package> packages;  // sorted, each once
};

// What a document is about.
struct SbomSubject {
  std::string name;          // "node-service-linux-amd64"
  std::string image_digest;  // "sha256:…"
  absl::Time created;
};

// The packages of a document: whatever in it has a package URL. Texts come from inside the image:
// they are cut to bounds, and control characters are replaced. DATA_LOSS says why a text is no
// SPDX 2.3 document: not JSON, another format or version, a mandatory field that is missing,
// a relationship of an element that is not there, over a bound.
absl::StatusOr<std::vector<Package>> SpdxPackages(std::string_view text);

// The document in its canonical form: the same image and scanner give the same bytes. Elements are
// sorted; time, name, namespace and the ID of what the document describes come from `subject`
// instead of the clock and a random number. Errors as of SpdxPackages.
absl::StatusOr<Sbom> CanonicalSpdx(std::string_view text, const SbomSubject& subject);

}  // namespace lif
