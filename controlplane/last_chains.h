// What a build that is to be made is compared with, to say what changed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/plan/chain.h"
#include "common/records/record_store.h"
#include "controlplane/manifest_cache.h"

namespace lif {

struct LastChain {
  Chain chain;
  std::string build_id;
  std::string manifest_id;  // of that build
};

// The newest record of the manifest on the platform, or else, since a manifest is never changed but
// published under another ID, the newest effective one on the platform with the same topmost
// module. nullopt when there is none, or when it was recorded without layers. Two or three queries.
absl::StatusOr<std::optional<LastChain>> FindLastChain(RecordReader& records,
                                                       ManifestCache& manifests,
                                                       const std::string& manifest_id,
                                                       const std::string& platform,
                                                       const Chain& now);

}  // namespace lif
