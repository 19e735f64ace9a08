// Records as messages of lif.v1.RecordService. Pure.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "common/records/record_store.h"
#include "lif/v1/record_service.pb.h"

namespace lif {

void SetRecord(const Record& record, bool effective, v1::Record* out);
// In a list: long texts are cut, so that a full page stays under what a client receives by default.
void SetListedRecord(const Record& record, bool effective, v1::Record* out);
void SetArtifact(const Artifact& artifact, v1::Artifact* out);

// By the artifact's name: "evidence.log", "error-<build_id>.json", …
v1::ArtifactKind ArtifactKindOf(std::string_view name);

// INVALID_ARGUMENT for a bad page, token or outcome, and for what this version can't filter by.
absl::StatusOr<RecordFilter> RecordFilterOf(const v1::ListRecordsRequest& request);

}  // namespace lif
