// Adapter of lif.v1.CatalogService: messages to the catalog and back.
#pragma once

#include "common/catalog/catalog_reader.h"
#include "controlplane/impact.h"
#include "controlplane/manifest_cache.h"
#include "controlplane/rpc.h"
#include "lif/v1/catalog_service.grpc.pb.h"

namespace lif {

// Thread-safe. All seams must outlive it.
class CatalogServiceAdapter final : public v1::CatalogService::Service {
 public:
  struct Seams {
    RpcRunner& runner;
    ManifestCache& manifests;
    CatalogReader& catalog;
    const Impact& impact;
  };
  explicit CatalogServiceAdapter(Seams seams) : seams_(seams) {}

  grpc::Status GetManifest(grpc::ServerContext* context, const v1::GetManifestRequest* request,
                           v1::GetManifestResponse* response) override;
  grpc::Status ListManifests(grpc::ServerContext* context, const v1::ListManifestsRequest* request,
                             v1::ListManifestsResponse* response) override;
  grpc::Status GetModule(grpc::ServerContext* context, const v1::GetModuleRequest* request,
                         v1::GetModuleResponse* response) override;
  grpc::Status RenderDockerfile(grpc::ServerContext* context,
                                const v1::RenderDockerfileRequest* request,
                                v1::RenderDockerfileResponse* response) override;
  grpc::Status GetImpact(grpc::ServerContext* context, const v1::GetImpactRequest* request,
                         v1::GetImpactResponse* response) override;

 private:
  Seams seams_;
};

}  // namespace lif
