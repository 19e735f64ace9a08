// Tells an index job that has become outdated from one that never was any.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/catalog/model.h"
#include "executor/services.h"

namespace lif {

// Whether `key` is that of an index of images that passed, of the newest 16 on each platform that
// the manifest offers. Errors: those of the record store.
absl::StatusOr<bool> NamesEarlierImages(const Services& services, const ResolvedManifest& manifest,
                                        const std::string& key);

}  // namespace lif
