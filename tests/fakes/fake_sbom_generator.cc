#include "tests/fakes/fake_sbom_generator.h"

#include <filesystem>

#include "absl/strings/str_cat.h"

namespace lif {

void FakeSbomGenerator::SetPackages(std::vector<std::string> purls) {
  MutexLock lock(&mutex_);
  purls_ = std::move(purls);
}

void FakeSbomGenerator::FailNext(absl::Status status) {
  MutexLock lock(&mutex_);
  answers_.emplace_back(std::move(status));
}

void FakeSbomGenerator::AnswerNext(std::string document) {
  MutexLock lock(&mutex_);
  answers_.emplace_back(std::move(document));
}

void FakeSbomGenerator::OnScan(std::function<void(std::stop_token)> hook) {
  MutexLock lock(&mutex_);
  hook_ = std::move(hook);
}

int FakeSbomGenerator::scans() const {
  MutexLock lock(&mutex_);
  return scans_;
}

absl::StatusOr<SbomScan> FakeSbomGenerator::Generate(const SbomRequest& request,
                                                     std::stop_token stop) {
  std::function<void(std::stop_token)> hook;
  absl::StatusOr<std::string> document = std::string();
  {
    MutexLock lock(&mutex_);
    ++scans_;
    hook = hook_;
    if (answers_.empty()) {
      document = SpdxOf(purls_);
    } else {
      document = std::move(answers_.front());
      answers_.pop_front();
    }
  }
  if (hook) hook(stop);
  if (stop.stop_requested()) return absl::CancelledError("the scan was stopped");
  if (!document.ok()) return document.status();
  if (!std::filesystem::is_directory(request.image)) {
    return absl::UnavailableError(absl::StrCat(request.image, " is no image"));
  }
  return SbomScan{{"fake-scanner", request.image}, *document, "scanned\n"};
}

}  // namespace lif
