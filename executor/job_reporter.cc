#include "executor/job_reporter.h"

namespace lif {
namespace {

constexpr int64_t kLogLimit = 64 << 20;
constexpr absl::Duration kPeriod = absl::Milliseconds(200);
constexpr size_t kMaxStepName = 200;

}  // namespace

JobReporter::JobReporter(const Stores& stores, HeldLease& lease, const std::string& build_id,
                         const std::string& log_path, Logger logger)
    : queue_(stores.queue),
      clock_(stores.clock),
      lease_(lease),
      logger_(std::move(logger)),
      file_(log_path, kLogLimit),
      shipper_(stores.log, stores.blobs, build_id, file_) {}

JobReporter::~JobReporter() = default;

absl::Status JobReporter::Start() {
  absl::Status opened = file_.Open();
  if (!opened.ok()) return opened;
  thread_ = std::jthread([this](std::stop_token stop) {
    do {
      Send();
    } while (clock_.Sleep(kPeriod, stop));
  });
  return absl::OkStatus();
}

void JobReporter::Stage(const std::string& name) {
  const std::lock_guard lock(mutex_);
  wanted_.stage = name;
  wanted_.step_name.clear();
  wanted_.cached = false;
}

void JobReporter::Step(const BuildProgress& progress) {
  const std::lock_guard lock(mutex_);
  wanted_.step = progress.step;
  wanted_.steps = progress.steps;
  wanted_.steps_cached = progress.steps_cached;
  wanted_.step_name = progress.step_name.substr(0, kMaxStepName);
  wanted_.cached = progress.cached;
}

void JobReporter::Log(std::string_view text) {
  file_.Append(text);
}

void JobReporter::Send() {
  if (lease_.settle_stop().stop_requested()) return;
  absl::Status status = shipper_.Ship();
  JobProgress progress;
  {
    const std::lock_guard lock(mutex_);
    progress = wanted_;
  }
  progress.log_bytes = shipper_.end();
  if (progress != sent_) {
    const absl::Status reported = queue_.ReportProgress(lease_.lease(), progress);
    if (reported.ok()) {
      sent_ = progress;
    } else if (absl::IsFailedPrecondition(reported)) {
      lease_.Stop(StopReason::kLost);
    }
    status.Update(reported);
  }
  if (!status.ok() && !warned_) {
    logger_.Warn("progress is not getting through; the build goes on", {{"error", status}});
  }
  warned_ = !status.ok();
}

void JobReporter::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  Send();
}

}  // namespace lif
