#include "absl/strings/str_cat.h"
#include "cli/render_source.h"
#include "cli/rpc.h"
#include "common/base/status_macros.h"
#include "common/blobs/file_blob_store.h"
#include "lif/v1/catalog_service.grpc.pb.h"

namespace lif {
namespace {

constexpr uint64_t kMaxFile = 16 << 20;  // of all files of a module

RenderedBuild BuildOf(const RenderQuery& query, const v1::RenderDockerfileResponse& reply) {
  RenderedBuild build;
  build.manifest_id = query.manifest_id;
  build.platform = query.platform;
  build.dockerfile = reply.dockerfile();
  build.build_key = reply.build_key();
  build.epoch = reply.epoch();
  if (!reply.network().empty()) build.network = reply.network();
  for (const v1::SecretRef& secret : reply.secrets()) build.secret_ids.push_back(secret.id());
  for (const v1::RenderContext& context : reply.contexts()) {
    RenderedContext rendered{context.name(), context.module(), {}};
    for (const v1::ModuleFile& file : context.files()) {
      rendered.files.push_back({file.path(), file.sha256(), file.executable()});
    }
    build.contexts.push_back(std::move(rendered));
  }
  return build;
}

// The control plane serves no module files; a machine that mounts the factory's blobs reads them.
FileReader ReaderOf(const std::string& blob_dir) {
  return [blob_dir](const RenderedContext& context,
                    const RenderedFile& file) -> absl::StatusOr<std::string> {
    if (blob_dir.empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the files of ", context.module_ref,
          " are needed\nname the catalog that was published, with --catalog DIR, or the factory's "
          "blobs, with --blob-dir DIR or LIF_BLOB_DIR"));
    }
    return FileBlobStore(blob_dir).Get(file.sha256, kMaxFile);
  };
}

}  // namespace

absl::StatusOr<RenderSource> RenderFromServer(CliContext& context, const RenderQuery& query) {
  v1::RenderDockerfileRequest request;
  request.set_manifest_id(query.manifest_id);
  request.set_platform(query.platform);
  const auto stub = v1::CatalogService::NewStub(context.Channel());
  LIF_ASSIGN_OR_RETURN(
      const auto reply,
      (Call<v1::CatalogService::Stub, v1::RenderDockerfileRequest, v1::RenderDockerfileResponse>(
          context, *stub, &v1::CatalogService::Stub::RenderDockerfile, request)));
  return RenderSource{BuildOf(query, reply), ReaderOf(query.blob_dir)};
}

}  // namespace lif
