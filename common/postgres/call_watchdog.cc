#include "common/postgres/call_watchdog.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace lif {

CallWatchdog::~CallWatchdog() {
  std::thread thread;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

uint64_t CallWatchdog::Add(int socket, absl::Duration limit) {
  absl::MutexLock lock(&mutex_);
  uint64_t id = next_id_++;
  absl::Time deadline = absl::Now() + limit;
  calls_[id] = {socket, deadline};
  // Only a deadline before the next wake-up needs the thread's attention.
  if (deadline < wakes_) changed_ = true;
  if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
  return id;
}

void CallWatchdog::Forget(uint64_t id) {
  absl::MutexLock lock(&mutex_);
  calls_.erase(id);
}

void CallWatchdog::Loop() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    absl::Time now = absl::Now();
    wakes_ = absl::InfiniteFuture();
    for (auto it = calls_.begin(); it != calls_.end();) {
      if (it->second.deadline <= now) {
        // Under the lock: Forget has not run, so the descriptor is still the call's.
        ::shutdown(it->second.socket, SHUT_RDWR);
        it = calls_.erase(it);
      } else {
        wakes_ = std::min(wakes_, it->second.deadline);
        ++it;
      }
    }
    changed_ = false;
    mutex_.AwaitWithDeadline(absl::Condition(this, &CallWatchdog::Changed), wakes_);
  }
}

}  // namespace lif
