// SBOMs in the time of a function call: SPDX 2.3 that lists what the test says.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "executor/sbom_generator.h"
#include "tests/fakes/spdx_text.h"

namespace lif {

// Thread-safe. Needs the image's directory to be there, as a scanner does.
class FakeSbomGenerator final : public SbomGenerator {
 public:
  // Package URLs of the documents from now on; at first one, "pkg:deb/debian/demo@1.0?arch=all".
  void SetPackages(std::vector<std::string> purls);
  void FailNext(absl::Status status);
  void AnswerNext(std::string document);
  // Called at the start of each scan, on its thread.
  void OnScan(std::function<void(std::stop_token)> hook);
  int scans() const;

  absl::StatusOr<SbomScan> Generate(const SbomRequest& request, std::stop_token stop) override;

 private:
  mutable Mutex mutex_;
  std::vector<std::string> purls_ ABSL_GUARDED_BY(mutex_) = {"pkg:deb/debian/demo@1.0?arch=all"};
  std::deque<absl::StatusOr<std::string>> answers_ ABSL_GUARDED_BY(mutex_);
  std::function<void(std::stop_token)> hook_ ABSL_GUARDED_BY(mutex_);
  int scans_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lif
