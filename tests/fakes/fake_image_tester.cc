#include "tests/fakes/fake_image_tester.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace lif {

void FakeImageTester::SetAway(absl::Status status) {
  MutexLock lock(&mutex_);
  away_ = std::move(status);
}

std::vector<TestRunRequest> FakeImageTester::requests() const {
  MutexLock lock(&mutex_);
  return requests_;
}

absl::Status FakeImageTester::Pull(const std::string& image, const std::string& /*platform*/,
                                   absl::Duration /*deadline*/, std::stop_token /*stop*/) {
  MutexLock lock(&mutex_);
  if (!away_.ok()) return away_;
  pulled_.push_back(image);
  return absl::OkStatus();
}

absl::StatusOr<TestRun> FakeImageTester::Run(const TestRunRequest& request, std::stop_token stop) {
  {
    MutexLock lock(&mutex_);
    if (!away_.ok()) return away_;
    if (std::count(pulled_.begin(), pulled_.end(), request.image) == 0) {
      return absl::UnavailableError(absl::StrCat(request.image, " was not pulled"));
    }
    requests_.push_back(request);
  }
  TestRun run;
  run.argv = request.test.run;
  const std::string command = request.test.run.at(0);
  const std::string argument = request.test.run.size() > 1 ? request.test.run[1] : "";
  int number = 0;
  if (command == "echo") run.out = argument + "\n";
  if (command == "warn") run.err = argument + "\n";
  if (command == "exit" && absl::SimpleAtoi(argument, &number)) run.exit_code = number;
  if (command == "out-of-memory") {
    run.exit_code = 137;
    run.out_of_memory = true;
  }
  if (command == "sleep" && absl::SimpleAtoi(argument, &number)) {
    run.duration = std::min(absl::Seconds(number), request.test.timeout);
    if (!clock_->Sleep(run.duration, stop)) return absl::CancelledError("the test was stopped");
    run.timed_out = absl::Seconds(number) > request.test.timeout;
  }
  return run;
}

void FakeImageTester::Release(const std::string& image) {
  MutexLock lock(&mutex_);
  std::erase(pulled_, image);
}

absl::StatusOr<int> FakeImageTester::RemoveLeftovers() {
  return 0;
}

}  // namespace lif
