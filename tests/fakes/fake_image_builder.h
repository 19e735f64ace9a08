// Builds in memory what a small part of the Dockerfile language says, in the time of a function
// call: for tests of executors that don't need an engine.
//
// Knows FROM … AS, RUN and COPY lines; a RUN is made of `echo TEXT`, `sleep SECONDS`, `exit CODE`
// and `true`, joined by `&&`. A step whose stage and predecessors were built before is cached, as
// in a real engine. Each step is a layer; an image that it made, or was told of, lends its own to
// what is built FROM it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "executor/image_builder.h"

namespace lif {

// Thread-safe. `clock` must outlive it.
class FakeImageBuilder final : public ImageBuilder {
 public:
  explicit FakeImageBuilder(Clock* clock) : clock_(clock) {}

  // The next build fails so, whatever it says; may be called several times.
  void FailNext(BuildFailure failure);
  // The next build's cache does not reach the registry, for this reason.
  void LoseNextExport(std::string error);
  // The next build can't be started.
  void RefuseNext(absl::Status status);
  // An image ("sha256:…") that others made, with these layers.
  void Know(const std::string& digest, std::vector<std::string> diff_ids);
  // Called at the start of each build.
  void OnBuild(std::function<void(const ImageBuildRequest&)> hook);
  int builds() const;
  std::string last_dockerfile() const;
  int runs() const;  // RUN steps executed, without cached ones

  absl::StatusOr<ImageBuildReport> Build(const ImageBuildRequest& request,
                                         const ImageBuildObserver& observer,
                                         std::stop_token stop) override;

 private:
  struct Walk;
  std::optional<BuildFailure> Step(const std::string& line, Walk& walk);
  std::optional<BuildFailure> RunCommands(const std::string& instruction, Walk& walk);

  Clock* const clock_;
  mutable Mutex mutex_;
  std::deque<BuildFailure> failures_ ABSL_GUARDED_BY(mutex_);
  std::deque<absl::Status> refusals_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> lost_exports_ ABSL_GUARDED_BY(mutex_);
  std::function<void(const ImageBuildRequest&)> hook_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<std::string>> made_ ABSL_GUARDED_BY(mutex_);  // by digest
  std::string last_dockerfile_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> built_ ABSL_GUARDED_BY(mutex_);  // digests of what led to a step
  int builds_ ABSL_GUARDED_BY(mutex_) = 0;
  int runs_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lif
