// Names of images in the registry. Pure.
#pragma once

#include <string>

#include "common/base/platform.h"

namespace lif {

// "<registry>/images@sha256:…"
std::string ImageByDigest(const std::string& registry, const std::string& digest);

// What a tag shows of a layer key: its first 32 digits, 128 bits.
std::string ShownKey(const std::string& layer_key);

// "<registry>/layers"
std::string LayerRepository(const std::string& registry);
// "<registry>/layers:linux-amd64-<start of the layer key>": keeps the newest generation alive.
std::string LayerTag(const std::string& registry, const Platform& platform,
                     const std::string& layer_key);

// "<registry>/images:<manifest ID>": the index of all platforms; the image where there is but one.
std::string IndexTag(const std::string& registry, const std::string& manifest_id);

// "<registry>/images:build-<build ID>": keeps an image alive whatever its verdict. Build IDs are
// upper case and manifest IDs lower case, so that no published tag is called the same.
std::string BuildTag(const std::string& registry, const std::string& build_id);

// "<registry>/images:<manifest ID>-linux-amd64": moves to the newest image that passed.
std::string PublishedTag(const std::string& registry, const std::string& manifest_id,
                         const Platform& platform);

}  // namespace lif
