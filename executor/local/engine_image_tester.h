// ImageTester for images that are in the engine already: nothing is downloaded, and they stay.
#pragma once

#include "executor/image_tester.h"

namespace lif {

// Thread-safe. `tester` must outlive it.
class EngineImageTester final : public ImageTester {
 public:
  explicit EngineImageTester(ImageTester& tester) : tester_(tester) {}

  absl::Status Pull(const std::string&, const std::string&, absl::Duration,
                    std::stop_token) override {
    return absl::OkStatus();
  }
  absl::StatusOr<TestRun> Run(const TestRunRequest& request, std::stop_token stop) override {
    return tester_.Run(request, stop);
  }
  void Release(const std::string& image) override { tester_.Release(image); }
  void RemoveIdleImages() override {}
  absl::StatusOr<int> RemoveLeftovers() override { return tester_.RemoveLeftovers(); }

 private:
  ImageTester& tester_;
};

}  // namespace lif
