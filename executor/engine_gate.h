// Keeps an executor from claiming jobs while its engine is away, so that an outage costs a job one
// attempt and not all of them.
#pragma once

#include <functional>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/log/logger.h"
#include "executor/image_builder.h"

namespace lif {

// Builds by another builder, and learns from its failures: after one that may be the engine's, the
// gate is shut until a probe succeeds. An engine that works is never probed. Thread-safe; `builder`
// must outlive it.
class EngineGate final : public ImageBuilder {
 public:
  // `probe` must return within seconds; it is called by one thread at a time.
  EngineGate(ImageBuilder& builder, std::function<absl::Status()> probe, Logger logger)
      : builder_(builder), probe_(std::move(probe)), logger_(std::move(logger)) {}

  absl::StatusOr<ImageBuildReport> Build(const ImageBuildRequest& request,
                                         const ImageBuildObserver& observer,
                                         std::stop_token stop) override;

  // Whether a job may be claimed. Blocks for a probe while there is doubt.
  bool Open();

 private:
  ImageBuilder& builder_;
  const std::function<absl::Status()> probe_;
  const Logger logger_;
  Mutex mutex_;
  bool doubted_ ABSL_GUARDED_BY(mutex_) = false;
  bool told_ ABSL_GUARDED_BY(mutex_) = false;  // the log knows of this outage
};

}  // namespace lif
