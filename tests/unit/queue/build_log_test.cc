#include "tests/contracts/job_queue_contract.h"
#include "tests/fakes/memory_build_log.h"
#include "tests/support/catch.h"

namespace lif {
namespace {

TEST_CASE("memory build log") {
  BuildLogContract([] { return std::make_unique<MemoryBuildLog>(); });
}

}  // namespace
}  // namespace lif
