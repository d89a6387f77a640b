// Child processes without fork: posix_spawn, PTYs and pidfds.
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

#define PROCESS_GROUP (1u << 2)  // PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9

/// The descriptor itself, or a copy above 2, so that one dup2 never overwrites the source of the next.
static int above_standard(int descriptor, int *copy) {
  *copy = -1;
  if (descriptor > 2) return descriptor;
  *copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  return *copy;
}

static int add_descriptors(posix_spawn_file_actions_t *actions, const csystem_child *child, int copies[3]) {
  if (child->terminal) {
    // Opened by name after setsid, it becomes the controlling terminal; a dup of an open slave would not.
    int failed = posix_spawn_file_actions_addopen(actions, 0, child->terminal, O_RDWR, 0);
    if (!failed) failed = posix_spawn_file_actions_adddup2(actions, 0, 1);
    if (!failed) failed = posix_spawn_file_actions_adddup2(actions, 0, 2);
    return failed;
  }
  const int given[3] = {child->input, child->output, child->error};
  for (int standard = 0; standard < 3; standard++) {
    int source = above_standard(given[standard], &copies[standard]);
    if (source < 0) return errno;
    int failed = posix_spawn_file_actions_adddup2(actions, source, standard);
    if (failed) return failed;
  }
  return 0;
}

int csystem_spawn(const csystem_child *child, int32_t *pid) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  int failed = posix_spawnattr_init(&attributes);
  if (failed) return -failed;
  failed = posix_spawn_file_actions_init(&actions);
  if (failed) {
    posix_spawnattr_destroy(&attributes);
    return -failed;
  }

  sigset_t none, all;
  sigemptyset(&none);
  memset(&all, 0xff, sizeof all);  // sigfillset leaves out two of glibc's own, which would end up ignored
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (child->new_session || child->terminal) flags |= POSIX_SPAWN_SETSID;
  int copies[3] = {-1, -1, -1};
  failed = posix_spawnattr_setsigmask(&attributes, &none);
  if (!failed) failed = posix_spawnattr_setsigdefault(&attributes, &all);
  if (!failed) failed = posix_spawnattr_setflags(&attributes, flags);
  if (!failed) failed = add_descriptors(&actions, child, copies);
  if (!failed && child->directory) failed = posix_spawn_file_actions_addchdir_np(&actions, child->directory);
  if (!failed) failed = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  pid_t started = 0;
  if (!failed) {
    // A program that was written a moment ago is busy while another child, not yet at its exec, still has a copy
    // of the descriptor that wrote it.
    for (int tries = 0; tries < 20; tries++) {
      failed = posix_spawn(&started, child->path, &actions, &attributes, child->arguments, child->environment);
      if (failed != ETXTBSY) break;
      nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
  }
  for (int standard = 0; standard < 3; standard++) {
    if (copies[standard] >= 0) close(copies[standard]);
  }
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  *pid = started;
  return -failed;
}

int csystem_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0; }

int csystem_socket_pair(int ends[2]) {
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ? -errno : 0;
}

int csystem_open_pty(uint16_t rows, uint16_t columns, char *slave, size_t capacity) {
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (master < 0) return -errno;
  int failed = 0;
  if (grantpt(master) < 0 || unlockpt(master) < 0) failed = errno;
  if (!failed) failed = ptsname_r(master, slave, capacity);
  if (!failed) failed = -csystem_set_window_size(master, rows, columns);
  if (!failed) return master;
  close(master);
  return -failed;
}

int csystem_set_window_size(int descriptor, uint16_t rows, uint16_t columns) {
  struct winsize size = {.ws_row = rows, .ws_col = columns};
  return ioctl(descriptor, TIOCSWINSZ, &size) < 0 ? -errno : 0;
}

int csystem_window_size(int descriptor, uint16_t *rows, uint16_t *columns) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) < 0) return -errno;
  *rows = size.ws_row;
  *columns = size.ws_col;
  return 0;
}

int csystem_pidfd_open(int32_t pid) {
  long descriptor = syscall(SYS_pidfd_open, (pid_t)pid, 0u);
  return descriptor < 0 ? -errno : (int)descriptor;
}

int csystem_pidfd_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0u) < 0 ? -errno : 0;
}

int csystem_pidfd_signal_group(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, PROCESS_GROUP) < 0 ? -errno : 0;
}

int csystem_pidfd_reap(int pidfd, bool *signalled, int32_t *value) {
  siginfo_t information = {0};
  int result;
  do result = waitid((idtype_t)P_PIDFD, (id_t)pidfd, &information, WEXITED | WNOHANG);
  while (result < 0 && errno == EINTR);
  if (result < 0) return -errno;
  if (information.si_pid == 0) return 0;
  *signalled = information.si_code != CLD_EXITED;
  *value = information.si_status;
  return 1;
}

char **csystem_environment(void) { return environ; }
