#include "cli/build_output.h"

#include "cli/json_internal.h"

namespace lif {
namespace {

constexpr size_t kMaxDetails = 5;  // failures told at length

}  // namespace

std::string BuildsJson(const v1::SubmitBuildsResponse& reply,
                       const std::vector<BuildResult>& results) {
  nlohmann::ordered_json json = MessageToJson(reply);
  for (auto& build : json["builds"]) {
    build["record"] = nullptr;
    for (const BuildResult& result : results) {
      if (result.record.build_id() != build["build_id"].get<std::string>()) continue;
      build["record"] = MessageToJson(result.record);
      if (result.directory.empty()) continue;
      build["local"] = true;
      build["directory"] = result.directory;
    }
  }
  return json.dump(2) + "\n";
}

void PrintBuildResults(const CliContext& context, const std::vector<BuildResult>& results) {
  const Terminal& terminal = context.terminal;
  const absl::Time now = context.clock->Now();
  if (results.size() == 1) {
    terminal.out(RenderBuildReport(results.front(), terminal.out_style, now));
  } else if (!results.empty()) {
    terminal.out(
        RenderBuildReports(results, terminal.out_style, now, terminal.out_width, kMaxDetails));
  }
}

}  // namespace lif
