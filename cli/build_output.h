// What `lif build` leaves on standard output, of builds by a factory and local ones alike.
#pragma once

#include <string>
#include <vector>

#include "cli/build_report.h"
#include "cli/command.h"

namespace lif {

// `reply` with the record of each build that is over; of a local build also where its files are.
std::string BuildsJson(const v1::SubmitBuildsResponse& reply,
                       const std::vector<BuildResult>& results);

// One build in full, or a table of several with what failed.
void PrintBuildResults(const CliContext& context, const std::vector<BuildResult>& results);

}  // namespace lif
