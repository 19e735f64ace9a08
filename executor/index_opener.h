// Submits the job that joins the images of a manifest, by whoever completes the last of them.
#pragma once

#include "absl/status/statusor.h"
#include "common/catalog/model.h"
#include "common/plan/plan.h"
#include "executor/services.h"

namespace lif {

// What the index of the manifest is to be made of now: on each platform that it offers the
// effective image, or "" where that is none, or not compatible.
absl::StatusOr<IndexToPlan> ImagesToJoin(const Services& services,
                                         const ResolvedManifest& manifest);

// After `record` is published, and before its job is completed. Does nothing unless it is of a
// compatible image, the manifest offers several platforms, and all of them have one. May be called
// again: those who race meet in one job. Errors: those of the stores that MayPass; others are
// logged, since the image stands without its index.
absl::Status OpenIndex(const Services& services, const Record& record);

}  // namespace lif
