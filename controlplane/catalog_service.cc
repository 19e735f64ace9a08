#include "controlplane/catalog_service.h"

#include <grpcpp/server_context.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/grpc_status.h"
#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "controlplane/catalog_proto.h"
#include "controlplane/field_errors.h"
#include "controlplane/paging.h"

namespace lif {
namespace {

constexpr size_t kMaxFilter = 200;

// Says what a NOT_FOUND is about; other errors stay as they are.
absl::Status About(absl::Status status, std::string_view type, const std::string& name) {
  if (!absl::IsNotFound(status)) return status;
  const std::string reason = type == "manifest" ? "MANIFEST_NOT_FOUND" : "MODULE_NOT_FOUND";
  const std::string text(status.message());
  return WithResource(WithReason(std::move(status), reason), type, name, text);
}

absl::StatusOr<std::shared_ptr<const PreparedManifest>> ReadManifest(ManifestCache& manifests,
                                                                     const std::string& id,
                                                                     std::vector<Platform> wanted) {
  auto manifest = manifests.Get(id, wanted);
  if (manifest.ok()) return manifest;
  if (!absl::IsInvalidArgument(manifest.status())) {
    return About(manifest.status(), "manifest", id);
  }
  FieldErrors errors;
  errors.Add("manifest_id", std::string(manifest.status().message()));
  return errors.ToStatus();
}

// Who looks at a manifest sees what its base has gained.
std::vector<Platform> EveryPlatform() {
  return {{"linux", "amd64"}, {"linux", "arm64"}};
}

absl::StatusOr<ManifestFilter> FilterOf(const v1::ListManifestsRequest& request) {
  FieldErrors errors;
  ManifestFilter filter;
  filter.limit = CheckPageSize(request.page_size(), &errors);
  filter.glob = request.match();
  filter.module = request.module();
  filter.base = request.base();
  filter.after = request.page_token();
  if (!filter.after.empty() && !IsName(filter.after)) {
    errors.Add("page_token",
               "was not answered by ListManifests: leave it empty for the first page");
  }
  for (const auto& [field, value] :
       {std::pair<const char*, const std::string&>("match", filter.glob),
        {"module", filter.module},
        {"base", filter.base}}) {
    if (value.size() > kMaxFilter) {
      errors.Add(field, absl::StrCat("is longer than ", kMaxFilter, " bytes"));
    }
  }
  if (!errors.empty()) return errors.ToStatus();
  return filter;
}

// "name" or "name@version"
bool IsModuleRef(const std::string& text) {
  const size_t at = text.find('@');
  return IsName(text.substr(0, at)) && text.size() <= kMaxFilter && at + 1 != text.size();
}

absl::StatusOr<ImpactQuery> QueryOf(const v1::GetImpactRequest& request) {
  FieldErrors errors;
  ImpactQuery query;
  query.module = request.module();
  query.base = request.base();
  query.limit = CheckPageSize(request.page_size(), &errors);
  query.after = request.page_token();
  if (request.change_case() == v1::GetImpactRequest::CHANGE_NOT_SET) {
    errors.Add("change", "is missing: give module or base");
  } else if (request.has_module() && !IsModuleRef(query.module)) {
    errors.Add("module", Quoted(query.module) + " is no module: write NAME or NAME@VERSION");
  } else if (request.has_base() && !IsName(query.base)) {
    errors.Add("base", Quoted(query.base) + " is no base name: use a-z 0-9 . _ -");
  }
  if (!query.after.empty() && !IsName(query.after)) {
    errors.Add("page_token", "was not answered by GetImpact: leave it empty for the first page");
  }
  if (!errors.empty()) return errors.ToStatus();
  return query;
}

absl::Status CheckModuleRequest(const v1::GetModuleRequest& request) {
  FieldErrors errors;
  if (!IsName(request.name())) {
    errors.Add("name", Quoted(request.name()) + " is no module name: use a-z 0-9 . _ -");
  }
  if (request.version().empty() || request.version().size() > kMaxFilter) {
    errors.Add("version", Quoted(request.version()) + " is no version: write one such as 1.2.0");
  }
  return errors.ToStatus();
}

absl::Status NotOffered(const PreparedManifest& manifest, const Platform& platform) {
  return WithReason(absl::FailedPreconditionError(absl::StrCat(
                        "manifest '", manifest.manifest.manifest.id, "' does not offer ",
                        platform.ToString(), "; it offers ", manifest.OfferedText())),
                    "PLATFORM_NOT_OFFERED");
}

}  // namespace

grpc::Status CatalogServiceAdapter::GetManifest(grpc::ServerContext*,
                                                const v1::GetManifestRequest* request,
                                                v1::GetManifestResponse* response) {
  return seams_.runner.Run("GetManifest", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(const auto manifest,
                         ReadManifest(seams_.manifests, request->manifest_id(), EveryPlatform()));
    SetManifest(*manifest, response);
    return absl::OkStatus();
  });
}

grpc::Status CatalogServiceAdapter::ListManifests(grpc::ServerContext*,
                                                  const v1::ListManifestsRequest* request,
                                                  v1::ListManifestsResponse* response) {
  return seams_.runner.Run("ListManifests", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(const ManifestFilter filter, FilterOf(*request));
    LIF_ASSIGN_OR_RETURN(const ManifestPage page, seams_.catalog.ListManifests(filter));
    for (const ManifestSummary& summary : page.manifests) {
      SetManifestSummary(summary, response->add_manifests());
    }
    response->set_next_page_token(page.next);
    return absl::OkStatus();
  });
}

grpc::Status CatalogServiceAdapter::GetModule(grpc::ServerContext*,
                                              const v1::GetModuleRequest* request,
                                              v1::GetModuleResponse* response) {
  return seams_.runner.Run("GetModule", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_RETURN_IF_ERROR(CheckModuleRequest(*request));
    const absl::StatusOr<Module> module =
        seams_.catalog.GetModule(request->name(), request->version());
    if (!module.ok()) {
      return About(module.status(), "module", request->name() + "@" + request->version());
    }
    SetModule(*module, response->mutable_module());
    return absl::OkStatus();
  });
}

grpc::Status CatalogServiceAdapter::RenderDockerfile(grpc::ServerContext*,
                                                     const v1::RenderDockerfileRequest* request,
                                                     v1::RenderDockerfileResponse* response) {
  return seams_.runner.Run("RenderDockerfile", RpcKind::kUnary, [&]() -> absl::Status {
    const absl::StatusOr<Platform> platform = ParsePlatform(request->platform());
    if (!platform.ok()) {
      FieldErrors errors;
      errors.Add("platform", std::string(platform.status().message()));
      return errors.ToStatus();
    }
    LIF_ASSIGN_OR_RETURN(const auto manifest,
                         ReadManifest(seams_.manifests, request->manifest_id(), {*platform}));
    const PlatformOffer* offer = manifest->Find(*platform);
    if (offer == nullptr) return NotOffered(*manifest, *platform);
    const Recipe& recipe = seams_.manifests.recipe();
    LIF_ASSIGN_OR_RETURN(const RenderedDockerfile rendered,
                         lif::RenderDockerfile(manifest->manifest, {*platform, recipe}));
    SetRendered(rendered, response);
    response->set_build_key(offer->identity.build_key);
    response->set_epoch(manifest->manifest.base.epoch);
    response->set_network(recipe.network);
    return absl::OkStatus();
  });
}

grpc::Status CatalogServiceAdapter::GetImpact(grpc::ServerContext* context,
                                              const v1::GetImpactRequest* request,
                                              v1::GetImpactResponse* response) {
  return seams_.runner.Run("GetImpact", RpcKind::kUnary, [&]() -> absl::Status {
    LIF_ASSIGN_OR_RETURN(const ImpactQuery query, QueryOf(*request));
    LIF_ASSIGN_OR_RETURN(const ImpactPage page,
                         seams_.impact.Run(query, [context] { return context->IsCancelled(); }));
    SetImpact(page, response);
    return absl::OkStatus();
  });
}

}  // namespace lif
