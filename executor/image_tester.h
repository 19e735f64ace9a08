// Runs one test in an image. Implementations: DockerImageTester; tests/fakes.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/catalog/model.h"

namespace lif {

struct TestRunRequest {
  std::string image;  // repository@digest
  std::string platform;
  std::string container;            // unique name
  std::string build_id;             // label, for people who look at the engine
  std::optional<std::string> user;  // nullopt: as the image says
  bool gpu = false;
  ImageTest test;
};

struct TestRun {
  std::vector<std::string> argv;  // what ran on this machine
  bool timed_out = false;
  bool out_of_memory = false;  // the kernel killed something in it for its memory limit
  int exit_code = 0;
  std::string out;  // each at most 256 KiB, the end of it
  std::string err;
  absl::Duration duration;
};

// Thread-safe; blocks. A test that fails is an answer, not an error. Errors: UNAVAILABLE (engine or
// registry away), CANCELLED (stopped), others as the engine says. Nothing is left running;
// what a test leaves on the engine is gone after Release.
class ImageTester {
 public:
  virtual ~ImageTester() = default;
  // Makes the image available until Release, so that its download does not count against a test's
  // time.
  virtual absl::Status Pull(const std::string& image, const std::string& platform,
                            absl::Duration deadline, std::stop_token stop) = 0;
  virtual absl::StatusOr<TestRun> Run(const TestRunRequest& request, std::stop_token stop) = 0;
  // The caller of Pull has no more tests for the image, which may stay on the engine for others.
  virtual void Release(const std::string& image) = 0;
  // Removes all images that stay but are not in use, for their disk.
  virtual void RemoveIdleImages() = 0;
  // Removes containers that a predecessor of this executor left. Answers how many there were.
  virtual absl::StatusOr<int> RemoveLeftovers() = 0;
};

}  // namespace lif
