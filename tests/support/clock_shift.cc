// LD_PRELOAD into any process: its wall clock is off by the whole seconds that the file
// CLOCK_SHIFT_FILE holds (8 bytes, of this machine's order), which may change at any time.
// Monotonic clocks are left alone, as a clock that is set leaves them.
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

namespace {

int64_t Shift() {
  static const volatile int64_t* const shift = []() -> const volatile int64_t* {
    static const int64_t none = 0;
    const char* path = getenv("CLOCK_SHIFT_FILE");
    const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return &none;
    void* const map = mmap(nullptr, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    return map == MAP_FAILED ? &none : static_cast<const volatile int64_t*>(map);
  }
  ();
  return *shift;
}

bool IsWallClock(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

}  // namespace

// By system calls, so that it works before the process has found its libraries.
extern "C" int clock_gettime(clockid_t clock, struct timespec* time) noexcept {
  const int result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (result == 0 && IsWallClock(clock)) time->tv_sec += Shift();
  return result;
}

extern "C" int gettimeofday(struct timeval* time, void* /*zone*/) noexcept {
  struct timespec now;
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

extern "C" time_t time(time_t* out) noexcept {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}
