// Records as text. Pure.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "absl/time/time.h"
#include "cli/style.h"
#include "lif/v1/record_service.pb.h"

namespace lif {

std::string RenderRecordList(const google::protobuf::RepeatedPtrField<v1::Record>& records,
                             const Style& style, absl::Time now, size_t width);

// Head, failure, layers, tests, artifacts.
std::string RenderRecord(const v1::Record& record, const Style& style, absl::Time now,
                         size_t width);

std::string RenderArtifacts(const google::protobuf::RepeatedPtrField<v1::Artifact>& artifacts,
                            const Style& style, size_t width);

}  // namespace lif
