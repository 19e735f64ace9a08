#include "cli/build_output.h"

#include <unordered_map>

#include "cli/json_internal.h"

namespace lif {
namespace {

constexpr size_t kMaxDetails = 5;  // failures told at length

}  // namespace

std::string BuildsJson(const v1::SubmitBuildsResponse& reply,
                       const std::vector<BuildResult>& results) {
  std::unordered_map<std::string, const BuildResult*> by_id;
  for (const BuildResult& result : results) by_id.emplace(result.record.build_id(), &result);
  nlohmann::ordered_json json = MessageToJson(reply);
  for (auto& build : json["builds"]) {
    build["record"] = nullptr;
    const auto found = by_id.find(build["build_id"].get<std::string>());
    if (found == by_id.end()) continue;
    const BuildResult& result = *found->second;
    build["record"] = MessageToJson(result.record);
    if (result.directory.empty()) continue;
    build["local"] = true;
    build["directory"] = result.directory;
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
