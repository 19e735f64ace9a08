// ImageTester by `docker run`.
#pragma once

#include <map>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/process/process_runner.h"
#include "executor/docker_test_command.h"
#include "executor/image_shelf.h"

namespace lif {

// Thread-safe. `runner` must outlive it.
class DockerImageTester final : public ImageTester {
 public:
  DockerImageTester(ProcessRunner& runner, DockerTestOptions options)
      : runner_(runner), options_(std::move(options)), shelf_(options_.shelf, options_.keep) {}

  absl::Status Pull(const std::string& image, const std::string& platform, absl::Duration deadline,
                    std::stop_token stop) override;
  absl::StatusOr<TestRun> Run(const TestRunRequest& request, std::stop_token stop) override;
  void Release(const std::string& image) override;
  void RemoveIdleImages() override;
  absl::StatusOr<int> RemoveLeftovers() override;

 private:
  absl::StatusOr<CapturedProcess> Docker(std::vector<std::string> arguments,
                                         absl::Duration deadline, std::stop_token stop);
  bool RanOutOfMemory(const std::string& container);
  void RemoveContainers(const std::vector<std::string>& names);
  void RemoveImages(const std::vector<std::string>& images);

  ProcessRunner& runner_;
  const DockerTestOptions options_;
  ImageShelf shelf_;
  Mutex mutex_;
  // Containers that have exited, by their image: they go together, by one process.
  std::map<std::string, std::vector<std::string>> exited_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lif
