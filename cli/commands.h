// Every command of `lif`; one file each.
#pragma once

#include <memory>

#include "cli/command.h"

namespace lif {

std::unique_ptr<Command> MakeBuildCommand();
std::unique_ptr<Command> MakeStatusCommand();
std::unique_ptr<Command> MakeLogsCommand();
std::unique_ptr<Command> MakeCancelCommand();
std::unique_ptr<Command> MakeRecordsCommand();
std::unique_ptr<Command> MakeRecordsShowCommand();
std::unique_ptr<Command> MakeEvidenceCommand();
std::unique_ptr<Command> MakeSbomCommand();
std::unique_ptr<Command> MakeRenderCommand();
std::unique_ptr<Command> MakePlanCommand();
std::unique_ptr<Command> MakePrewarmCommand();
std::unique_ptr<Command> MakeImpactCommand();
std::unique_ptr<Command> MakeDiffCommand();
std::unique_ptr<Command> MakeCatalogListCommand();
std::unique_ptr<Command> MakeCatalogShowCommand();
std::unique_ptr<Command> MakeCatalogCheckCommand();
std::unique_ptr<Command> MakeCatalogPublishCommand();
std::unique_ptr<Command> MakeCatalogUpdateBaseCommand();
std::unique_ptr<Command> MakeExecutorsCommand();
std::unique_ptr<Command> MakeQueuesCommand();
std::unique_ptr<Command> MakeWatchCommand();
std::unique_ptr<Command> MakeDrainCommand();
std::unique_ptr<Command> MakeDeadLettersListCommand();
std::unique_ptr<Command> MakeDeadLettersRetryCommand();
std::unique_ptr<Command> MakeDeadLettersDropCommand();
std::unique_ptr<Command> MakeDoctorCommand();
std::unique_ptr<Command> MakeDoctorQueueCommand();

// In the order of help.
Commands AllCommands();

}  // namespace lif
