// Starts a child in its own process group, with pipes on its standard streams and nothing else
// inherited. Uses posix_spawn: fork() is not safe in a process that has threads.
#pragma once

#include <sys/types.h>

#include "absl/status/statusor.h"
#include "common/base/unique_fd.h"
#include "common/process/process_runner.h"

namespace lif {

// Our ends are non-blocking. The caller must reap `pid`.
struct SpawnedChild {
  pid_t pid = -1;  // also its process group
  UniqueFd in;     // not valid when the child reads /dev/null
  UniqueFd out;
  UniqueFd err;
};

// The child starts with default signal handling, an empty signal mask, and no descriptor above 2.
// NOT_FOUND: no such program or working directory; PERMISSION_DENIED; INVALID_ARGUMENT (no argv, a
// NUL inside, too long); RESOURCE_EXHAUSTED (no process or descriptor is free).
absl::StatusOr<SpawnedChild> SpawnChild(const ProcessSpec& spec);

}  // namespace lif
