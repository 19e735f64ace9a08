// Tells the fleet what a job is doing: its log and its progress, on a thread of its own, so that
// neither a slow queue nor a reader that stopped reading ever slows the build.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "common/base/clock.h"
#include "common/log/logger.h"
#include "common/queue/job_queue.h"
#include "executor/build_tracker.h"
#include "executor/held_lease.h"
#include "executor/log_shipper.h"

namespace lif {

// Stage(), Step() and Log() come from one thread, and never block on the network. Sends at most
// five reports a second. What is passed by reference must outlive it.
class JobReporter {
 public:
  struct Stores {
    WorkQueue& queue;
    BuildLog& log;
    BlobStore& blobs;
    Clock& clock;
  };
  JobReporter(const Stores& stores, HeldLease& lease, const std::string& build_id,
              const std::string& log_path, Logger logger);
  ~JobReporter();  // stops without a last report
  JobReporter(const JobReporter&) = delete;
  JobReporter& operator=(const JobReporter&) = delete;

  absl::Status Start();
  void Stage(const std::string& name);
  void Step(const BuildProgress& progress);
  void Log(std::string_view text);
  // Sends what is left, and stops; nothing more may be logged. Again: does nothing new.
  void Stop();
  // After Stop: the path of the whole log (see LogShipper::WholeLog), in a new file at `path` if
  // need be.
  std::string WholeLog(const std::string& path) { return shipper_.WholeLog(path); }

 private:
  void Send();

  WorkQueue& queue_;
  Clock& clock_;
  HeldLease& lease_;
  const Logger logger_;
  BoundedTextFile file_;
  LogShipper shipper_;
  std::mutex mutex_;
  JobProgress wanted_;
  JobProgress sent_;  // of the sending thread
  bool warned_ = false;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace lif
