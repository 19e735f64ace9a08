// One build with nothing but Docker: the stages of an executor behind their seams, with a
// catalog's directory, files and the engine in place of the factory's stores.
#pragma once

#include <stop_token>

#include "absl/status/status.h"
#include "executor/local/event_stream.h"
#include "executor/local/local_options.h"

namespace lif {

// Blocks until the build has ended, soon after `stop` at the latest, and nothing of it runs any
// more. What came of it goes to `events`, an error status as well.
//
//   <state dir>/<build ID>/…   results (local_record_store.h), of the last ten builds
//   <state dir>/work/          in use while a build runs: one at a time
void RunLocalBuild(const LocalOptions& options, EventStream& events, std::stop_token stop);

}  // namespace lif
