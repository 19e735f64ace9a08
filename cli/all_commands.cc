#include "cli/commands.h"

namespace lif {

Commands AllCommands() {
  Commands commands;
  commands.push_back(MakeBuildCommand());
  commands.push_back(MakeStatusCommand());
  commands.push_back(MakeWatchCommand());
  commands.push_back(MakeLogsCommand());
  commands.push_back(MakeCancelCommand());
  commands.push_back(MakeRecordsCommand());
  commands.push_back(MakeRecordsShowCommand());
  commands.push_back(MakeEvidenceCommand());
  commands.push_back(MakeSbomCommand());
  commands.push_back(MakeRenderCommand());
  commands.push_back(MakePlanCommand());
  commands.push_back(MakePrewarmCommand());
  commands.push_back(MakeImpactCommand());
  commands.push_back(MakeDiffCommand());
  commands.push_back(MakeCatalogListCommand());
  commands.push_back(MakeCatalogShowCommand());
  commands.push_back(MakeCatalogCheckCommand());
  commands.push_back(MakeCatalogPublishCommand());
  commands.push_back(MakeCatalogUpdateBaseCommand());
  commands.push_back(MakeExecutorsCommand());
  commands.push_back(MakeDrainCommand());
  commands.push_back(MakeQueuesCommand());
  commands.push_back(MakeDeadLettersListCommand());
  commands.push_back(MakeDeadLettersRetryCommand());
  commands.push_back(MakeDeadLettersDropCommand());
  commands.push_back(MakeDoctorCommand());
  commands.push_back(MakeDoctorQueueCommand());
  return commands;
}

}  // namespace lif
