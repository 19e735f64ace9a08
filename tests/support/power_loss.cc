// LD_PRELOAD into a Redis: remembers how much of each append-only file was synced, so that a test
// can cut the file to that after a kill, as a loss of power might; and can slow syncs down.
//   POWER_LOSS_LOG       a line "<bytes> <path>" is appended for each sync that has returned
//   POWER_LOSS_DELAY_MS  each sync takes so much longer
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using Sync = int (*)(int);

int LogFile() {
  static const int file = [] {
    const char* path = getenv("POWER_LOSS_LOG");
    return path == nullptr ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  }();
  return file;
}

useconds_t Delay() {
  static const useconds_t delay = [] {
    const char* text = getenv("POWER_LOSS_DELAY_MS");
    return text == nullptr ? 0 : static_cast<useconds_t>(atoi(text)) * 1000;
  }();
  return delay;
}

// The size is taken before the sync: what another thread writes meanwhile may not be in it.
int SyncAndNote(Sync sync, int fd) {
  char link[32];
  char path[4096];
  struct stat before = {};
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof(path) - 1);
  const bool known = length > 4 && memcmp(path + length - 4, ".aof", 4) == 0 &&
                     fstat(fd, &before) == 0 && LogFile() >= 0;
  if (known && Delay() > 0) usleep(Delay());
  const int result = sync(fd);
  if (result == 0 && known) {
    path[length] = '\0';
    dprintf(LogFile(), "%lld %s\n", static_cast<long long>(before.st_size), path);
  }
  return result;
}

}  // namespace

extern "C" int fsync(int fd) {
  static const Sync next = reinterpret_cast<Sync>(dlsym(RTLD_NEXT, "fsync"));
  return SyncAndNote(next, fd);
}

extern "C" int fdatasync(int fd) {
  static const Sync next = reinterpret_cast<Sync>(dlsym(RTLD_NEXT, "fdatasync"));
  return SyncAndNote(next, fd);
}
