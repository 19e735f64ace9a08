// What every daemon's process sets up before anything else.
#pragma once

#include <signal.h>

namespace lif {

// To be called before any thread starts, so that all inherit the mask and only sigwait gets the
// signals that end a program, which are answered.
sigset_t PrepareProcess();

}  // namespace lif
