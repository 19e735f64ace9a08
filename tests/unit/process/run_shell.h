// Helpers of the tests of PosixProcessRunner.
#pragma once

#include <sys/types.h>

#include <stop_token>
#include <string>

#include "common/process/process_runner.h"

namespace lif {

// A shell script with a deadline of a minute and a grace of 200 ms.
ProcessSpec Shell(const std::string& script);
// Runs it and requires that it could be started.
CapturedProcess RunOk(ProcessSpec spec, std::stop_token stop = {});
// No such process, or a zombie that its own parent has yet to reap.
bool IsGone(pid_t pid);
// Waits for it.
bool BecomesGone(pid_t pid);

}  // namespace lif
