// Builds as messages of lif.v1.BuildService, and its requests as inputs of use cases. Pure.
#pragma once

#include "absl/status/statusor.h"
#include "controlplane/build_reader.h"
#include "controlplane/submit_builds.h"
#include "lif/v1/build_service.pb.h"

namespace lif {

// INVALID_ARGUMENT for what this version can't do, such as a queue TTL.
absl::StatusOr<SubmitBuildsInput> SubmitInputOf(const v1::SubmitBuildsRequest& request);
void SetSubmitResponse(const SubmitBuildsOutput& output, v1::SubmitBuildsResponse* response);

void SetBuild(const BuildStatus& build, v1::Build* out);
// In a list: long texts are cut, so that a full page stays under what a client receives by default.
void SetListedBuild(const BuildStatus& build, v1::Build* out);
void SetEvent(const BuildStatus& build, absl::Time at, v1::BuildEvent* out);

// INVALID_ARGUMENT for a bad page, token or state.
absl::StatusOr<BuildFilter> BuildFilterOf(const v1::ListBuildsRequest& request);

}  // namespace lif
