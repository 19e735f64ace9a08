#include "common/postgres/call_watchdog.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace lif {
namespace {

constexpr absl::Duration kLongestSleep = absl::Minutes(10);

}  // namespace

CallWatchdog::~CallWatchdog() {
  std::thread thread;
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.NotifyAll();
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

uint64_t CallWatchdog::Add(int socket, absl::Duration limit) {
  MutexLock lock(&mutex_);
  // First, since it may throw when no thread is to be had.
  if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
  uint64_t id = next_id_++;
  absl::Duration deadline = clock_.Steady() + limit;
  calls_[id] = {socket, deadline};
  // Only a deadline before the next wake-up needs the thread's attention.
  if (deadline < wakes_) changed_.NotifyAll();
  return id;
}

void CallWatchdog::Forget(uint64_t id) {
  MutexLock lock(&mutex_);
  calls_.erase(id);
}

// Under the lock: Forget has not run, so the descriptors are still those of their calls.
void CallWatchdog::ShutDownLate(absl::Duration now) {
  wakes_ = now + kLongestSleep;
  for (auto it = calls_.begin(); it != calls_.end();) {
    if (it->second.deadline <= now) {
      ::shutdown(it->second.socket, SHUT_RDWR);
      it = calls_.erase(it);
    } else {
      wakes_ = std::min(wakes_, it->second.deadline);
      ++it;
    }
  }
}

void CallWatchdog::Loop() {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    absl::Duration now = clock_.Steady();
    ShutDownLate(now);
    changed_.WaitFor(&mutex_, wakes_ - now);
  }
}

}  // namespace lif
