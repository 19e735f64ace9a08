// Identity: digests of what the catalog pins, layer keys and build keys (design.md §4).
// Pure functions over the canonical byte form of common/base/digest.h; docs/identity.md writes each
// form out, and tests/unit/catalog holds vectors that a Python script reproduces.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/catalog/model.h"

namespace lif {

// What, besides the catalog, decides the bytes of a layer. Executors advertise it, and the
// factory's configuration sets it: control plane and executors must agree, or keys differ.
struct Recipe {
  int stitch_version = 1;              // form of the rendered Dockerfile
  std::string network = "default";     // network mode of RUN: "default" or "host"
  std::string engine = "buildkit-v1";  // engine compatibility ID
  std::string compression = "zstd";    // of layer blobs
  std::string trust_domain = "default";

  friend bool operator==(const Recipe&, const Recipe&) = default;
};

// Canonical text of a recipe, as executors advertise it.
std::string RecipeText(const Recipe& recipe);

// All are 64 hex digits of SHA-256.
std::string RecipeDigest(const Recipe& recipe, int64_t base_epoch);
// Fragment, files, arguments as resolved, secret versions.
std::string LayerDigest(const ResolvedModule& module);
// Layer digest and the rest of the module: tests and metadata.
std::string ModuleDigest(const ResolvedModule& module);
std::string TemplateDigest(const Template& image_template);
std::string BaseDigest(const Base& base);
std::string ManifestDigest(const ResolvedManifest& manifest);

struct LayerKey {
  std::string key;  // identity of the layer: everything below and itself
  std::string layer_digest;
  std::string module_ref;  // name@version; "" for the base
};

struct BuildIdentity {
  std::string build_key;
  std::string recipe_digest;
  std::string base_image;              // repository@digest of the platform
  std::vector<LayerKey> chain;         // [0] is the base, then one for each module
  std::vector<std::string> requires_;  // capabilities
};

// One platform's image in the index of a manifest.
struct IndexImage {
  Platform platform;
  std::string digest;  // "sha256:<hex>" of the image
};

// Key of the job that joins `images` into an index; their order does not matter.
std::string IndexKey(const std::string& manifest_id, std::vector<IndexImage> images);

// FAILED_PRECONDITION when the manifest, a module or the base does not offer the platform; the
// message names which and what is offered.
absl::StatusOr<BuildIdentity> ComputeIdentity(const ResolvedManifest& manifest,
                                              const Platform& platform, const Recipe& recipe);

struct PlatformIdentity {
  Platform platform;
  BuildIdentity identity;
};

// Of each platform that the manifest offers, ascending. What they have in common is computed once.
std::vector<PlatformIdentity> ComputeIdentities(const ResolvedManifest& manifest,
                                                const Recipe& recipe);

// OK when manifest, base and every module offer the platform; else FAILED_PRECONDITION as above.
absl::Status CheckOffered(const ResolvedManifest& manifest, const Platform& platform);

// Platforms of the manifest that the base and every module offer.
std::vector<Platform> OfferedPlatforms(const ResolvedManifest& manifest);

}  // namespace lif
