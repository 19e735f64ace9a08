// Whether a daemon can do its work now, and if not, because of what: /readyz.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/metrics/metric_registry.h"
#include "common/ops/cached_read.h"

namespace lif {

struct Dependency {
  std::string name;                           // "postgres"
  std::function<absl::Status()> probe;        // must end by itself; a thread of its own calls it
  absl::Duration max_age = absl::Seconds(2);  // how long an answer is good for
};

struct DependencyState {
  std::string name;
  absl::Status status;  // UNAVAILABLE too when the probe has not answered for long
  absl::Duration age;   // of what is known
};

struct ReadinessReport {
  bool ready = false;
  std::string draining;  // why it takes no new work; "" when it does
  std::vector<DependencyState> dependencies;
};

// Thread-safe. A dependency that hangs delays an answer by at most a second, and its own probes.
class Readiness {
 public:
  // `clock` must outlive this.
  Readiness(std::vector<Dependency> dependencies, Clock& clock);

  ReadinessReport Check();
  // From now on it is not ready, since it is ending.
  void EndSoon() { ending_ = true; }
  // An operator's drain, which he may take back.
  void SetPaused(bool paused) { paused_ = paused; }

 private:
  struct Probe {
    std::string name;
    std::unique_ptr<CachedRead<absl::Status>> read;
  };

  std::vector<Probe> probes_;
  std::atomic<bool> ending_ = false;
  std::atomic<bool> paused_ = false;
};

// {"ready": false, "draining": "…", "dependencies": {"redis": {"ok": false, "reason": "…", …}}}
std::string ReadinessJson(const ReadinessReport& report);

// lif_ready and lif_dependency_up.
std::vector<MetricSamples> ReadinessSamples(const ReadinessReport& report);

}  // namespace lif
