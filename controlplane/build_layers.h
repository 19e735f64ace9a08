// How the layers of a recorded build came about, as GetBuild tells it. Pure.
#pragma once

#include "common/records/record.h"
#include "lif/v1/build_service.pb.h"

namespace lif {

// Its layers, each with a reason, and what reuse saved.
void SetReuse(const Record& record, v1::GetBuildResponse* out);

}  // namespace lif
