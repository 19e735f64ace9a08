// Runs the tests of images in memory: `echo TEXT`, `warn TEXT` (to stderr), `exit CODE`,
// `sleep SECONDS`, one command a test.
#pragma once

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "executor/image_tester.h"

namespace lif {

// Thread-safe. `clock` must outlive it.
class FakeImageTester final : public ImageTester {
 public:
  explicit FakeImageTester(Clock* clock) : clock_(clock) {}

  // While not OK, every call answers it: the engine is away.
  void SetAway(absl::Status status);
  std::vector<TestRunRequest> requests() const;

  absl::Status Pull(const std::string& image, const std::string& platform, absl::Duration deadline,
                    std::stop_token stop) override;
  absl::StatusOr<TestRun> Run(const TestRunRequest& request, std::stop_token stop) override;
  void Release(const std::string& image) override;
  void RemoveIdleImages() override {}
  absl::StatusOr<int> RemoveLeftovers() override;

 private:
  Clock* const clock_;
  mutable Mutex mutex_;
  absl::Status away_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> pulled_ ABSL_GUARDED_BY(mutex_);
  std::vector<TestRunRequest> requests_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lif
