// An engine that takes the time it is told and builds nothing, for tests of everything around it:
// queue, leases, records and restarts are real then. What it does is told by the Dockerfile's last
// `ARG DO=…` of the stages that it builds: words joined by '_', in order:
//   sleep-300   takes 300 ms, or less when it is stopped
//   flood-2000  2,000 lines of 100 bytes go to the build's log
//   crash       the process ends at once, as by kill -9
//   exit-3      the step fails with this code
// In `directory` lie
//   images/         a file for each image that was built, with its layers' diffIDs
//   executions      a line for each thing done, appended in one write:
//                   "<what> <µs of CLOCK_MONOTONIC> <pid> <subject> <detail>"; what: build, built,
//                   stopped, failed (subject: build ID-token, detail: manifest), layer (one for
//                   each stage that a build executes; detail: the stage), push, tag, join
//                   (subject: reference, detail: digest)
//   registry/       a file for each reference, with its digest: shared by all executors; and one
//                   called @<digest> for each manifest: without it the image is lost
//   crash-POINT-ID  ends the process by kill -9 and is gone: POINT is `tag` (before the published
//                   tag of manifest ID moves) or `tagged` (after)
#pragma once

#include <memory>
#include <string>

#include "executor/engine.h"

namespace lif {

std::unique_ptr<Engine> MakeFastEngine(const std::string& directory);

}  // namespace lif
