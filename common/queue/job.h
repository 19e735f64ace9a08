// A job of the queue as a value. redis_keys.h documents how it lies in Redis (design.md §7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace lif {

enum class JobKind { kLayer, kImage, kIndex };

// active <=> leased <=> token.
enum class JobState {
  kWaiting,  // needs other jobs first
  kReady,
  kDelayed,  // backing off until `not_before`
  kActive,   // leased by an executor
  kParked,   // found a need while running (a lost layer); back to waiting
  kEnding,  // ended without an executor (cancelled, blamed, expired, dead-lettered); wants a record
  kDone,    // complete: its record is committed; kept for the retention time
};

std::string_view JobKindName(JobKind kind);     // "layer", "image", "index"
std::string_view JobStateName(JobState state);  // "waiting", "ready", …
std::optional<JobKind> ParseJobKind(std::string_view name);
std::optional<JobState> ParseJobState(std::string_view name);

// Why an attempt did not end in a verdict; decides between retry and dead letter.
enum class FailureClass {
  kNone,
  kUser,  // a RUN, a test, the fragment: never retried by itself
  kTransient,
  kInfrastructure,
  kTimeout,
  kCancelled,
  kCapacity,  // disk, memory
  kInternal,
};

std::string_view FailureClassName(FailureClass failure);
std::optional<FailureClass> ParseFailureClass(std::string_view name);

// IDs only (at most 1 KiB together): an executor reads the catalog and recomputes everything else.
struct JobSpec {
  std::string job_id;  // "<key>.<generation>"; requests and replicas meet in it
  JobKind kind = JobKind::kImage;
  std::string key;  // build key or layer key, 64 hex
  int64_t generation = 1;
  std::string build_id;  // ULID, proposed; the first submitter's stays
  std::string manifest_id;
  std::string platform;            // "linux/amd64"
  std::string pool;                // queue that serves it
  std::vector<std::string> needs;  // job IDs that must be done first
  int max_attempts = 3;
  std::string traceparent;  // W3C Trace Context, or ""
};

// Of a job ID, "<key>.<generation>"; nullopt when it is not one.
std::optional<int64_t> GenerationOf(const std::string& job_id);

struct Lease {
  std::string job_id;
  int64_t token = 0;  // fencing token: rises with each claim of the job
};

// How a job ended that no executor ran to its end; the claimer only writes the record.
struct ForcedEnd {
  std::string outcome;  // "cancelled" or "error" or "failed"
  FailureClass failure = FailureClass::kNone;
  std::string message;
  std::string cause_build_id;  // of the job that is to blame, or ""
};

struct ClaimedJob {
  JobSpec spec;
  int64_t token = 0;
  int attempt = 0;  // 1 for the first; a crash or a drain does not raise it
  int crash_count = 0;
  std::string tenant;  // whom it is charged to
  absl::Time lease_expiry;
  absl::Time submitted;
  std::optional<ForcedEnd> end;
};

// What an executor tells watchers while it works. Bounded: texts are cut at 256 bytes.
struct JobProgress {
  std::string stage;  // "build", "push", "test", …
  int step = 0;       // of steps; 0 when the stage has none
  int steps = 0;
  std::string step_name;  // "[core-python 2/3] RUN apt-get …"
  bool cached = false;
  int steps_cached = 0;
  int64_t log_bytes = 0;  // length of the build log so far

  friend bool operator==(const JobProgress&, const JobProgress&) = default;
};

// A job as status shows it.
struct JobView {
  JobSpec spec;
  JobState state = JobState::kReady;
  std::string request_id;            // that made it
  std::string tenant;                // whom it is charged to, or the first who asked
  std::vector<std::string> tenants;  // who waits for it
  int priority = 0;                  // the best of them
  int attempt = 0;                   // 0 before the first
  int crash_count = 0;
  bool dead = false;       // a dead letter: an operator must look at it
  std::string executor;    // of an active job
  std::string last_error;  // of the last attempt that failed, or the reason of its end
  std::string outcome;     // of a job that is done or ending
  bool cancel_requested = false;
  absl::Time submitted;
  absl::Time started;     // InfinitePast() before the first claim
  absl::Time finished;    // InfinitePast() before the end
  absl::Time not_before;  // of a delayed job
  JobProgress progress;
};

}  // namespace lif
