// error-<build_id>.json: what went wrong with a build, for programs and people. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/records/record.h"

namespace lif {

// `evidence_sha256`: the blob of the evidence log, or "". Texts that are not UTF-8 are made so.
std::string ErrorReportJson(const Record& record, const std::vector<std::string>& log_tail,
                            const std::string& evidence_sha256);

}  // namespace lif
