#include "executor/engine_gate.h"

#include <utility>

namespace lif {
namespace {

bool MayBeTheEngines(const absl::StatusOr<ImageBuildReport>& report) {
  if (!report.ok()) return true;
  if (!report->failure.has_value()) return false;
  const FailureClass failure = report->failure->failure;
  return failure == FailureClass::kInfrastructure || failure == FailureClass::kTransient;
}

}  // namespace

absl::StatusOr<ImageBuildReport> EngineGate::Build(const ImageBuildRequest& request,
                                                   const ImageBuildObserver& observer,
                                                   std::stop_token stop) {
  absl::StatusOr<ImageBuildReport> report = builder_.Build(request, observer, std::move(stop));
  if (MayBeTheEngines(report)) {
    MutexLock lock(&mutex_);
    doubted_ = true;
  }
  return report;
}

bool EngineGate::Open() {
  MutexLock lock(&mutex_);
  if (!doubted_) return true;
  const absl::Status status = probe_();
  if (status.ok()) {
    if (told_) logger_.Info("the Docker engine answers again");
    doubted_ = told_ = false;
    return true;
  }
  if (!told_) {
    logger_.Warn("the Docker engine is away; no job is claimed until it answers",
                 {{"error", status}});
  }
  told_ = true;
  return false;
}

}  // namespace lif
