// The terminal after a crash, and while somebody has stopped us: what must be written is prepared while all is well.
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static const int faults[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGQUIT};
enum { fault_count = sizeof faults / sizeof faults[0] };

/// Everything that a handler needs, never changed after it is published.
typedef struct {
  int terminal;
  int note_descriptor;
  bool has_modes;
  struct termios modes;
  size_t restore_length;
  size_t note_length;
  char bytes[];
} plan;

static _Atomic(plan *) armed;
static struct sigaction previous[fault_count];
static atomic_int handling;  // 0 nobody, 1 somebody restores, 2 restored

static void put_previous_back(void) {
  for (int index = 0; index < fault_count; index++) sigaction(faults[index], &previous[index], NULL);
}

/// Writes what a descriptor takes within a fifth of a second: a stopped terminal must not keep a crash from ending.
static void write_bounded(int descriptor, const char *bytes, size_t length) {
  while (length > 0) {
    struct pollfd wait = {.fd = descriptor, .events = POLLOUT};
    if (poll(&wait, 1, 200) <= 0) return;
    ssize_t written = write(descriptor, bytes, length > 512 ? 512 : length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    length -= (size_t)written;
  }
}

/// Puts decimal digits and one character behind them before `end`; printf is nothing for a handler (signal-safety(7)).
static char *put_decimal(char *end, unsigned long long value, char behind) {
  *--end = behind;
  do {
    *--end = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  return end;
}

/// The note, the signal, and the time of day in milliseconds since 1970, as one line.
static void write_note(const plan *plan, int number) {
  if (plan->note_descriptor < 0) return;
  struct timespec now = {0, 0};
  clock_gettime(CLOCK_REALTIME, &now);
  char text[48];
  char *end = text + sizeof text;
  char *start = put_decimal(end, (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000, '\n');
  start = put_decimal(start, (unsigned long long)number, ' ');
  write_bounded(plan->note_descriptor, plan->bytes + plan->restore_length, plan->note_length);
  write_bounded(plan->note_descriptor, start, (size_t)(end - start));
}

static void restore(const plan *plan, int number) {
  write_note(plan, number);
  if (plan->has_modes) {
    tcflush(plan->terminal, TCIFLUSH);  // keys meant for a screen must not reach the shell
    tcsetattr(plan->terminal, TCSANOW, &plan->modes);
  }
  write_bounded(plan->terminal, plan->bytes, plan->restore_length);
  csystem_spill_errors();  // among it the runtime's own word about the crash
}

/// Ends the process by a signal that does not strike again by itself: whoever handled it before us hears of it once,
/// and nobody keeps it from killing. Swift's backtracer would: it prints what it finds, and returns.
static void end_by(int number, siginfo_t *information, void *context) {
  for (int index = 0; index < fault_count; index++) {
    const struct sigaction *before = &previous[index];
    if (faults[index] != number || before->sa_handler == SIG_DFL || before->sa_handler == SIG_IGN) continue;
    if (before->sa_flags & SA_SIGINFO) {
      before->sa_sigaction(number, information, context);
    } else {
      before->sa_handler(number);
    }
  }
  csystem_default_signal(number);
  raise(number);  // it is blocked until we return
}

static void handle(int number, siginfo_t *information, void *context) {
  int kept = errno;
  int nobody = 0;
  if (atomic_compare_exchange_strong(&handling, &nobody, 1)) {
    plan *plan = atomic_load(&armed);
    if (plan) restore(plan, number);
    put_previous_back();
    atomic_store(&handling, 2);
  } else {
    // Another thread crashed first; let it finish before this one takes the process down.
    struct timespec moment = {0, 1000000};
    for (int tries = 0; tries < 2000 && atomic_load(&handling) == 1; tries++) nanosleep(&moment, NULL);
  }
  // A fault strikes again by itself on return, with its registers intact for the backtrace.
  // A breakpoint or a signal that somebody sent would not.
  bool again = information->si_code > 0 && number != SIGTRAP && number != SIGABRT;
  if (!again) end_by(number, information, context);
  errno = kept;
}

int csystem_arm_crash_restore(
    int terminal, const void *restore_bytes, size_t restore_length,
    int note_descriptor, const void *note, size_t note_length) {
  plan *fresh = calloc(1, sizeof(plan) + restore_length + note_length);
  if (!fresh) return -ENOMEM;
  fresh->terminal = terminal;
  fresh->note_descriptor = note_descriptor;
  fresh->restore_length = restore_length;
  fresh->note_length = note_length;
  if (restore_length) memcpy(fresh->bytes, restore_bytes, restore_length);
  if (note_length) memcpy(fresh->bytes + restore_length, note, note_length);

  plan *old = atomic_load(&armed);
  if (old && old->terminal == terminal) {
    // Armed before: by now the modes are the screen's own, so the first ones count.
    fresh->has_modes = old->has_modes;
    fresh->modes = old->modes;
  } else {
    fresh->has_modes = tcgetattr(terminal, &fresh->modes) == 0;
  }
  atomic_store(&armed, fresh);
  // The old plan is never freed: a handler on another thread may be reading it. It is a few hundred bytes.
  if (old) return 0;

  csystem_thread_alternate_stack();
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGTTOU);  // tcsetattr from the background would stop us
  for (int index = 0; index < fault_count; index++) {
    if (sigaction(faults[index], &action, &previous[index]) < 0) return -errno;
  }
  return 0;
}

void csystem_disarm_crash_restore(void) {
  if (!atomic_exchange(&armed, NULL)) return;
  put_previous_back();
  csystem_default_signal(SIGTSTP);
}

static atomic_int stopped;

int csystem_take_stop(void) { return atomic_exchange(&stopped, 0); }

/// Stops as a program without a screen would, the terminal being the shell's meanwhile.
static void stop(int number) {
  int kept = errno;
  plan *plan = atomic_load(&armed);
  if (plan) {
    if (plan->has_modes) tcsetattr(plan->terminal, TCSANOW, &plan->modes);
    write_bounded(plan->terminal, plan->bytes, plan->restore_length);
    atomic_store(&stopped, 1);
  }
  csystem_default_signal(number);
  sigset_t this_one, before;
  sigemptyset(&this_one);
  sigaddset(&this_one, number);
  raise(number);
  pthread_sigmask(SIG_UNBLOCK, &this_one, &before);  // here we stop, and here we go on
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (atomic_load(&armed)) csystem_watch_stops();
  errno = kept;
}

int csystem_watch_stops(void) {
  struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGTTOU);  // tcsetattr from the background would stop us halfway
  return sigaction(SIGTSTP, &action, NULL) < 0 ? -errno : 0;
}
