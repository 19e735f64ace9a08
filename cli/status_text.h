// Builds that are live or over as text. Pure.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "absl/time/time.h"
#include "cli/style.h"
#include "lif/v1/build_service.pb.h"

namespace lif {

// All about one build, and what to do with it next.
std::string RenderBuild(const v1::Build& build, const Style& style, absl::Time now);

std::string RenderBuildList(const google::protobuf::RepeatedPtrField<v1::Build>& builds,
                            const Style& style, absl::Time now, size_t width);

}  // namespace lif
