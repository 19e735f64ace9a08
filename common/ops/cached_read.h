// A value that a slow or hanging call reads, answered in bounded time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace lif {

// Reads on a thread of its own, when somebody asks and what there is has become old: however many
// ask, and however long the read takes, at most one is under way and nobody waits longer than he
// wants to. Thread-safe.
template <typename T>
class CachedRead {
 public:
  struct Answer {
    std::optional<T> value;  // the newest; nullopt before the first read has ended
    absl::Duration age;      // of the value
    absl::Duration pending;  // how long the read that is under way has taken so far
  };

  // A value is fresh for `max_age`. `clock` must outlive this.
  CachedRead(std::function<T()> read, Clock& clock, absl::Duration max_age)
      : read_(std::move(read)), clock_(clock), max_age_(max_age), thread_([this] { Loop(); }) {}

  // Waits for a read that is under way, which therefore needs a deadline.
  ~CachedRead() {
    {
      MutexLock lock(&mutex_);
      stop_ = true;
      changed_.NotifyAll();
    }
    thread_.join();
  }
  CachedRead(const CachedRead&) = delete;
  CachedRead& operator=(const CachedRead&) = delete;

  // Starts a read if the value is not fresh. Does not wait.
  void Ask() {
    MutexLock lock(&mutex_);
    AskLocked();
  }

  // The fresh value, or, when it does not come within `wait`, the last one with its age.
  Answer Get(absl::Duration wait) {
    const auto until = std::chrono::steady_clock::now() + absl::ToChronoMicroseconds(wait);
    MutexLock lock(&mutex_);
    AskLocked();
    const int64_t reads = reads_;
    while (!Fresh() && reads_ == reads) {
      const auto left = until - std::chrono::steady_clock::now();
      if (left <= std::chrono::steady_clock::duration::zero()) break;
      changed_.WaitFor(&mutex_, absl::FromChrono(left));
    }
    const absl::Duration now = clock_.Steady();
    return {value_, value_ ? now - taken_ : absl::ZeroDuration(),
            wanted_ ? now - asked_ : absl::ZeroDuration()};
  }

 private:
  bool Fresh() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return value_.has_value() && clock_.Steady() - taken_ < max_age_;
  }

  void AskLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (wanted_ || Fresh()) return;
    asked_ = clock_.Steady();
    wanted_ = true;
    changed_.NotifyAll();
  }

  void Loop() {
    while (true) {
      {
        MutexLock lock(&mutex_);
        while (!wanted_ && !stop_) changed_.Wait(&mutex_);
        if (stop_) return;
      }
      const absl::Duration begun = clock_.Steady();
      T value = read_();
      MutexLock lock(&mutex_);
      value_ = std::move(value);
      taken_ = begun;  // what was read may be as old as that
      wanted_ = false;
      ++reads_;
      changed_.NotifyAll();
    }
  }

  const std::function<T()> read_;
  Clock& clock_;
  const absl::Duration max_age_;
  Mutex mutex_;
  CondVar changed_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  bool wanted_ ABSL_GUARDED_BY(mutex_) = false;  // until the read has ended
  int64_t reads_ ABSL_GUARDED_BY(mutex_) = 0;    // that have ended
  std::optional<T> value_ ABSL_GUARDED_BY(mutex_);
  absl::Duration taken_ ABSL_GUARDED_BY(mutex_);  // steady time
  absl::Duration asked_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses the rest
};

}  // namespace lif
