// ProcessRunner on Linux: posix_spawn, one process group per child, one poll loop on the caller's
// thread. No helper threads, no signal handlers, no fork.
#pragma once

#include "common/process/process_runner.h"

namespace lif {

// Thread-safe; any number of Runs at a time. Run blocks until the child is reaped.
//
// What the child leaves running in its group when it ends gets 200 ms to close its output and is
// then killed; so is what outlives `kill_grace` after a deadline or a stop. A process that left the
// group (setsid) is not ours to kill: its output is read for at most one second more.
class PosixProcessRunner final : public ProcessRunner {
 public:
  absl::StatusOr<ProcessResult> Run(const ProcessSpec& spec, std::stop_token stop) override;
};

}  // namespace lif
