// `lif watch` of the whole factory, over WatchSummary.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "cli/command.h"
#include "lif/v1/fleet_service.pb.h"

namespace lif {

// Shows summaries until Ctrl-C: redrawn in place on a terminal, else a line on standard output for
// each change; as JSON one object a line. Waits for a control plane that goes away.
absl::StatusOr<ExitCode> WatchFleet(CliContext& context, absl::Duration period);

// What changed from one summary to the next, as lines. Not thread-safe.
class FleetChanges {
 public:
  // "" when nothing did.
  std::string Apply(const v1::Summary& summary);

 private:
  bool Differs(const std::string& what, const std::string& text);

  std::map<std::string, std::string> last_;  // by what it is about
};

}  // namespace lif
