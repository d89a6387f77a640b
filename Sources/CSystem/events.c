// Readiness and signals: thin, errno-returning faces of epoll, eventfd and signalfd.
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

_Static_assert(CSYSTEM_READABLE == EPOLLIN, "EPOLLIN");
_Static_assert(CSYSTEM_WRITABLE == EPOLLOUT, "EPOLLOUT");
_Static_assert(CSYSTEM_ERROR == EPOLLERR, "EPOLLERR");
_Static_assert(CSYSTEM_HANGUP == EPOLLHUP, "EPOLLHUP");

int csystem_epoll_create(void) {
  int set = epoll_create1(EPOLL_CLOEXEC);
  return set < 0 ? -errno : set;
}

static int control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data.u64 = token};
  return epoll_ctl(epoll, operation, descriptor, &event) < 0 ? -errno : 0;
}

int csystem_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
  return control(epoll, EPOLL_CTL_ADD, descriptor, events, token);
}

int csystem_epoll_change(int epoll, int descriptor, uint32_t events, uint64_t token) {
  return control(epoll, EPOLL_CTL_MOD, descriptor, events, token);
}

int csystem_epoll_remove(int epoll, int descriptor) {
  return control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0);
}

/// Milliseconds for the calls that know nothing finer, rounded up so that a deadline is never met early.
static int milliseconds(int64_t nanoseconds) {
  if (nanoseconds < 0) return -1;
  int64_t rounded = nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
  return rounded > INT_MAX ? INT_MAX : (int)rounded;
}

int csystem_epoll_wait(int epoll, csystem_event *reports, int capacity, int64_t nanoseconds) {
  enum { most = 256 };
  struct epoll_event events[most];
  if (capacity > most) capacity = most;
  static atomic_bool coarse;  // epoll_pwait2 came with Linux 5.11
  int count = -1;
  if (!coarse) {
    struct timespec bound = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    count = epoll_pwait2(epoll, events, capacity, nanoseconds < 0 ? NULL : &bound, NULL);
    if (count < 0 && (errno == ENOSYS || errno == EPERM)) coarse = true;
  }
  if (coarse) count = epoll_wait(epoll, events, capacity, milliseconds(nanoseconds));
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int index = 0; index < count; index++) {
    reports[index].token = events[index].data.u64;
    reports[index].events = events[index].events;
  }
  return count;
}

int csystem_eventfd(void) {
  int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

int csystem_eventfd_signal(int descriptor) {
  int kept = errno;
  uint64_t one = 1;
  ssize_t written;
  do written = write(descriptor, &one, sizeof one);
  while (written < 0 && errno == EINTR);
  // A full counter means that a wake-up is pending already, which is all that was wanted.
  int result = written < 0 && errno != EAGAIN ? -errno : 0;
  errno = kept;
  return result;
}

int csystem_eventfd_drain(int descriptor) {
  uint64_t value = 0;
  ssize_t count;
  do count = read(descriptor, &value, sizeof value);
  while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN ? 0 : -errno;
  return 1;
}

static void fill(sigset_t *set, const int *signals, size_t count) {
  sigemptyset(set);
  for (size_t index = 0; index < count; index++) sigaddset(set, signals[index]);
}

int csystem_signalfd(const int *signals, size_t count) {
  sigset_t set;
  fill(&set, signals, count);
  int descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

int csystem_signalfd_next(int descriptor, int32_t *sender) {
  struct signalfd_siginfo information;
  ssize_t count;
  do count = read(descriptor, &information, sizeof information);
  while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN ? 0 : -errno;
  if (count != sizeof information) return 0;
  *sender = (int32_t)information.ssi_pid;
  return (int)information.ssi_signo;
}

int csystem_block_signals(const int *signals, size_t count) {
  sigset_t set;
  fill(&set, signals, count);
  return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int csystem_block_all_signals(void) {
  // The signals of a fault stay open: blocked, they would kill the process without the crash handler.
  sigset_t set;
  sigfillset(&set);
  const int faults[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE};
  for (size_t index = 0; index < sizeof faults / sizeof faults[0]; index++) sigdelset(&set, faults[index]);
  return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static int dispose(int number, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  return sigaction(number, &action, NULL) < 0 ? -errno : 0;
}

int csystem_ignore_signal(int number) { return dispose(number, SIG_IGN); }

int csystem_default_signal(int number) { return dispose(number, SIG_DFL); }

const char *csystem_signal_name(int number) { return sigabbrev_np(number); }

uintptr_t csystem_thread_identity(void) {
  static _Thread_local char mark;
  return (uintptr_t)&mark;
}

void csystem_name_thread(const char *name) {
  char cut[16] = {0};
  strncpy(cut, name, sizeof cut - 1);
  pthread_setname_np(pthread_self(), cut);
}

static pthread_key_t stack_key;
static pthread_once_t stack_once = PTHREAD_ONCE_INIT;
enum { stack_size = 256 * 1024 };

static void release_stack(void *base) {
  stack_t none = {.ss_flags = SS_DISABLE};
  sigaltstack(&none, NULL);
  munmap(base, stack_size);
}

static void make_stack_key(void) { pthread_key_create(&stack_key, release_stack); }

void csystem_thread_alternate_stack(void) {
  stack_t present;
  if (sigaltstack(NULL, &present) == 0 && !(present.ss_flags & SS_DISABLE)) return;
  pthread_once(&stack_once, make_stack_key);
  void *base = mmap(NULL, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (base == MAP_FAILED) return;
  stack_t stack = {.ss_sp = base, .ss_size = stack_size};
  if (sigaltstack(&stack, NULL) < 0) {
    munmap(base, stack_size);
  } else {
    pthread_setspecific(stack_key, base);
  }
}

void csystem_give_way(void) {
  // On Linux a thread has a niceness of its own, and 0 is the calling one (setpriority(2)).
  setpriority(PRIO_PROCESS, 0, 10);
}
