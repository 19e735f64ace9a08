// The catalog as messages of lif.v1.CatalogService. Pure.
#pragma once

#include "common/catalog/catalog_reader.h"
#include "common/stitch/dockerfile.h"
#include "controlplane/impact.h"
#include "controlplane/manifest_cache.h"
#include "lif/v1/catalog_service.pb.h"

namespace lif {

void SetModule(const Module& module, v1::Module* out);
void SetManifest(const PreparedManifest& manifest, v1::GetManifestResponse* out);
void SetManifestSummary(const ManifestSummary& summary, v1::ManifestSummary* out);
void SetRendered(const RenderedDockerfile& rendered, v1::RenderDockerfileResponse* out);
void SetImpact(const ImpactPage& page, v1::GetImpactResponse* out);

}  // namespace lif
