// Published manifests and modules as text. Pure.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "cli/style.h"
#include "lif/v1/catalog_service.pb.h"

namespace lif {

std::string RenderManifestList(
    const google::protobuf::RepeatedPtrField<v1::ManifestSummary>& manifests, const Style& style,
    size_t width);

// What the manifest stands on, its stack, tests and identities.
std::string RenderManifest(const v1::GetManifestResponse& manifest, const Style& style,
                           size_t width);

std::string RenderModule(const v1::Module& module, const Style& style);

}  // namespace lif
