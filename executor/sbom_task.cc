#include "executor/sbom_task.h"

namespace lif {

SbomTask::SbomTask(Work work, std::stop_token stop)
    : work_(std::move(work)),
      thread_([this](std::stop_token own) { Run(std::move(own)); }),
      link_(std::move(stop),
            [source = thread_.get_stop_source()]() mutable { source.request_stop(); }) {}

void SbomTask::Run(std::stop_token stop) {
  const absl::Duration started = work_.clock.Steady();
  auto scan = work_.generator.Generate(work_.request, stop);
  if (scan.ok()) {
    result_.argv = scan->argv;
    result_.said = scan->said;
    result_.sbom = CanonicalSpdx(scan->document, work_.subject);
  } else {
    result_.sbom = scan.status();
  }
  result_.duration = work_.clock.Steady() - started;
}

const SbomTask::Result& SbomTask::Wait() {
  if (thread_.joinable()) thread_.join();
  return result_;
}

}  // namespace lif
