#include "common/ops/daemon_process.h"

#include <malloc.h>

namespace lif {

sigset_t PrepareProcess() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // Many threads that each allocate a little: few arenas keep what they free reusable.
  mallopt(M_ARENA_MAX, 2);
  return signals;
}

}  // namespace lif
