// The last fence against a server that accepts a statement and never answers (stopped, or behind a
// dead link): statement_timeout is the server's to enforce, and libpq waits for ever. When a
// watched call is over its limit, the socket is shut down, which ends libpq's wait with an error.
#pragma once

#include <cstdint>
#include <map>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace lif {

// Thread-safe. The thread starts with the first call.
class CallWatchdog {
 public:
  // While it lives, the descriptor must stay open.
  class Guard {
   public:
    Guard(CallWatchdog& watchdog, uint64_t id) : watchdog_(watchdog), id_(id) {}
    ~Guard() { watchdog_.Forget(id_); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    CallWatchdog& watchdog_;
    uint64_t id_;
  };

  CallWatchdog() = default;
  ~CallWatchdog();
  CallWatchdog(const CallWatchdog&) = delete;
  CallWatchdog& operator=(const CallWatchdog&) = delete;

  Guard Watch(int socket, absl::Duration limit) { return Guard(*this, Add(socket, limit)); }

 private:
  struct Call {
    int socket;
    absl::Duration deadline;  // steady: the wall clock may jump
  };

  uint64_t Add(int socket, absl::Duration limit);
  void Forget(uint64_t id);
  void Loop();
  void ShutDownLate(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  SystemClock clock_;
  Mutex mutex_;
  CondVar changed_;  // an earlier deadline, or the end
  std::map<uint64_t, Call> calls_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration wakes_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lif
