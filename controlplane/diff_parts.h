// Comparisons of two manifests and their builds, part by part. Pure. Internal to DiffBuilds.
#pragma once

#include <string>
#include <vector>

#include "common/catalog/digests.h"
#include "common/catalog/model.h"
#include "common/sbom/package.h"
#include "controlplane/diff_builds.h"

namespace lif {

// A layer on the base.
struct DiffLayer {
  std::string key;         // 64 hex
  std::string module_ref;  // name@version
};

// What a manifest says of template, base, modules, arguments, final configuration and tests.
void CompareManifests(const ResolvedManifest& a, const ResolvedManifest& b,
                      const Platform& platform_a, const Platform& platform_b, BuildDiff* diff);

// Bottom first.
void CompareLayers(const std::vector<DiffLayer>& a, const std::vector<DiffLayer>& b,
                   BuildDiff* diff);

// Of one package several versions may be there: they are compared together.
void ComparePackages(const std::vector<Package>& a, const std::vector<Package>& b, BuildDiff* diff);

}  // namespace lif
