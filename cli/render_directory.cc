#include <map>

#include "absl/strings/str_cat.h"
#include "cli/render_source.h"
#include "common/base/file_util.h"
#include "common/base/status_macros.h"
#include "common/catalog/catalog_loader.h"
#include "common/catalog/digests.h"
#include "common/catalog/resolve.h"
#include "common/stitch/dockerfile.h"

namespace lif {
namespace {

constexpr uint64_t kMaxFile = 16 << 20;

RenderedBuild BuildOf(const RenderQuery& query, const ResolvedManifest& manifest,
                      const RenderedDockerfile& rendered, const Recipe& recipe,
                      const std::string& build_key) {
  RenderedBuild build;
  build.manifest_id = query.manifest_id;
  build.platform = query.platform;
  build.dockerfile = rendered.text;
  build.build_key = build_key;
  build.epoch = manifest.base.epoch;
  build.network = recipe.network;
  build.compression = recipe.compression;
  for (const SecretRef& secret : rendered.secrets) build.secret_ids.push_back(secret.id);
  for (const RenderedDockerfile::Context& context : rendered.contexts) {
    RenderedContext copy{context.name, context.module_ref, {}};
    for (const ModuleFile& file : context.files) {
      copy.files.push_back({file.path, file.sha256, file.executable});
    }
    build.contexts.push_back(std::move(copy));
  }
  return build;
}

}  // namespace

absl::StatusOr<RenderSource> RenderFromDirectory(const RenderQuery& query) {
  LIF_ASSIGN_OR_RETURN(const LoadedCatalog loaded, LoadCatalog(query.catalog));
  if (!loaded.problems.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the catalog has problems; lif catalog check ", query.catalog,
                     " lists them all. The first:\n", loaded.problems.front().ToString()));
  }
  LIF_ASSIGN_OR_RETURN(const ResolvedManifest manifest,
                       ResolveManifest(loaded.catalog, query.manifest_id));
  LIF_ASSIGN_OR_RETURN(const Platform platform, ParsePlatform(query.platform));
  Recipe recipe;
  recipe.network = query.network;
  recipe.trust_domain = query.trust_domain;
  LIF_ASSIGN_OR_RETURN(const BuildIdentity identity, ComputeIdentity(manifest, platform, recipe));
  LIF_ASSIGN_OR_RETURN(const RenderedDockerfile rendered,
                       RenderDockerfile(manifest, {platform, recipe}));
  std::map<std::string, std::string> paths;  // by sha256
  for (const CatalogBlob& blob : loaded.blobs) paths[blob.sha256] = blob.path;
  return RenderSource{
      BuildOf(query, manifest, rendered, recipe, identity.build_key),
      [paths](const RenderedContext&, const RenderedFile& file) -> absl::StatusOr<std::string> {
        const auto found = paths.find(file.sha256);
        if (found == paths.end()) return absl::NotFoundError(absl::StrCat("no file ", file.path));
        return ReadFile(found->second, kMaxFile);
      }};
}

}  // namespace lif
