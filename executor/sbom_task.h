// The making of one SBOM on a thread of its own, beside the tests.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/sbom/spdx.h"
#include "executor/sbom_generator.h"

namespace lif {

// Starts at once. Stops the scanner and waits for its end when it is destroyed, or soon after
// `stop` is requested. One thread at a time calls it; what it is given by reference must outlive
// it.
class SbomTask {
 public:
  struct Result {
    absl::StatusOr<Sbom> sbom = absl::UnknownError("not made");
    std::vector<std::string> argv;  // empty: the scanner did not get that far
    std::string said;
    absl::Duration duration;
  };
  struct Work {
    SbomGenerator& generator;
    Clock& clock;
    SbomRequest request;
    SbomSubject subject;
  };

  SbomTask(Work work, std::stop_token stop);

  // Blocks until it is made, or has failed.
  const Result& Wait();

 private:
  void Run(std::stop_token stop);

  const Work work_;
  Result result_;  // written by the thread, read after it has ended
  // The last members: the thread uses the others, and stops first.
  std::jthread thread_;
  std::stop_callback<std::function<void()>> link_;
};

}  // namespace lif
