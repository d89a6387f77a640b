// Standard error while a screen is up: kept in memory, so that a stray message cannot tear the picture.
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Atomic, as a crash handler may read them on any thread.
static atomic_int original = -1;
static atomic_int memory = -1;

int csystem_capture_errors(void) {
  if (atomic_load(&original) >= 0) return 0;
  int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (kept < 0) return -errno;
  int fresh = memfd_create("standard error", MFD_CLOEXEC);
  if (fresh < 0 || dup2(fresh, STDERR_FILENO) < 0) {
    int reason = errno;
    if (fresh >= 0) close(fresh);
    close(kept);
    return -reason;
  }
  atomic_store(&memory, fresh);
  atomic_store(&original, kept);
  return 0;
}

int64_t csystem_release_errors(void *text, size_t capacity) {
  int kept = atomic_exchange(&original, -1);
  if (kept < 0) return 0;
  dup2(kept, STDERR_FILENO);
  close(kept);
  int captured = atomic_exchange(&memory, -1);
  off_t length = lseek(captured, 0, SEEK_END);
  off_t start = length > (off_t)capacity ? length - (off_t)capacity : 0;
  ssize_t count = length > 0 ? pread(captured, text, capacity, start) : 0;
  close(captured);
  return count < 0 ? -errno : count;
}

void csystem_spill_errors(void) {
  int kept = atomic_exchange(&original, -1);
  if (kept < 0) return;
  dup2(kept, STDERR_FILENO);
  int captured = atomic_load(&memory);
  char bytes[512];
  off_t length = lseek(captured, 0, SEEK_END);
  off_t offset = length > 8192 ? length - 8192 : 0;
  ssize_t count;
  while ((count = pread(captured, bytes, sizeof bytes, offset)) > 0) {
    // A stopped terminal must not keep a crash from ending.
    struct pollfd wait = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&wait, 1, 200) <= 0 || write(STDERR_FILENO, bytes, (size_t)count) != count) return;
    offset += count;
  }
}
