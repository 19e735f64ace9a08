#include "executor/dependencies.h"

#include "common/blobs/blob_probe.h"

namespace lif {
namespace {

// Programs are started for these: seldom, and never for long.
constexpr absl::Duration kProgramAge = absl::Seconds(15);

}  // namespace

std::vector<Dependency> ExecutorDependencies(const DependencySeams& seams) {
  return {
      {"postgres", [&postgres = seams.postgres] { return postgres.Ping(); }},
      {"redis", [&redis = seams.redis] { return redis.Ping(); }},
      {"function-library", [&queue = seams.queue] { return queue.ListPools().status(); }},
      {"blobs", [&blobs = seams.blobs] { return ProbeBlobs(blobs); }},
      {"docker", [&engine = seams.engine] { return engine.Probe(); }, kProgramAge},
      {"registry", [&engine = seams.engine] { return engine.ProbeRegistry(); }, kProgramAge},
  };
}

}  // namespace lif
