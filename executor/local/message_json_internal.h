// Values of the public interface (proto/lif/v1) as protobuf's JSON has them. The executor links no
// protobuf; tests/integration/local parses what is written here with the generated classes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "common/queue/job.h"
#include "common/records/record.h"

namespace lif {

// Executor, tenant and owner of all that is built without a factory.
inline constexpr char kLocal[] = "local";

nlohmann::ordered_json SubmittedBuildJson(const JobSpec& job);
// Of a build that runs.
nlohmann::ordered_json BuildEventJson(const JobSpec& job, const JobProgress& progress);
// The last event of a build.
nlohmann::ordered_json EndEventJson(const Record& record);
nlohmann::ordered_json RecordJson(const Record& record);

// On one line, or indented; bytes that are not UTF-8 become U+FFFD.
std::string JsonText(const nlohmann::ordered_json& json, bool indented);

}  // namespace lif
