/// What Swift cannot express on Linux, as a small API of its own.
///
/// Every function that can fail returns zero or a positive value, or the negated `errno`
/// (`-ECONNREFUSED`), so that no caller has to read `errno` after other calls.

#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Readiness: epoll, eventfd, signalfd (events.c).

#define CSYSTEM_READABLE 0x001u  // EPOLLIN
#define CSYSTEM_WRITABLE 0x004u  // EPOLLOUT
#define CSYSTEM_ERROR 0x008u     // EPOLLERR, reported unasked
#define CSYSTEM_HANGUP 0x010u    // EPOLLHUP, reported unasked

/// One readiness report: the token given at registration, never a descriptor.
typedef struct {
  uint64_t token;
  uint32_t events;
} csystem_event;

/// A new epoll set, close-on-exec.
int csystem_epoll_create(void);
/// Adds a descriptor to the set, level-triggered.
int csystem_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);
/// Changes what is asked about a descriptor of the set.
int csystem_epoll_change(int epoll, int descriptor, uint32_t events, uint64_t token);
/// Takes a descriptor out of the set.
int csystem_epoll_remove(int epoll, int descriptor);
/// Waits for reports; `nanoseconds` below zero waits for ever. Interrupted counts as no report.
int csystem_epoll_wait(int epoll, csystem_event *reports, int capacity, int64_t nanoseconds);

/// A new eventfd, non-blocking and close-on-exec.
int csystem_eventfd(void);
/// Adds one to an eventfd; safe in a signal handler.
int csystem_eventfd_signal(int descriptor);
/// Reads an eventfd: 1 when something was there, 0 when not.
int csystem_eventfd_drain(int descriptor);

/// A new signalfd for the signals named, non-blocking and close-on-exec.
int csystem_signalfd(const int *signals, size_t count);
/// The next signal number from a signalfd, 0 when none waits; `sender` is its pid or 0.
int csystem_signalfd_next(int descriptor, int32_t *sender);

/// Blocks the signals named on the calling thread (and on all threads it starts later).
int csystem_block_signals(const int *signals, size_t count);
/// Blocks every signal on the calling thread.
int csystem_block_all_signals(void);
/// Sets one signal's disposition to ignored or default.
int csystem_ignore_signal(int signal);
int csystem_default_signal(int signal);
/// A signal's name without `SIG`, or NULL.
const char *csystem_signal_name(int signal);

/// A number that is unique among the threads that live now, never 0.
uintptr_t csystem_thread_identity(void);
/// Names the calling thread for `ps -L` and debuggers (cut to 15 bytes).
void csystem_name_thread(const char *name);
/// Gives the calling thread an alternate signal stack, so that a crash handler can run on it; freed when it ends.
void csystem_thread_alternate_stack(void);

/// From here on this thread gets a busy processor after others; it cannot be taken back.
void csystem_give_way(void);

// Sockets (sockets.c).

/// The next connection of a listener, non-blocking and close-on-exec.
int csystem_accept(int listener);
/// The user id of the process at the other end of a Unix socket.
int64_t csystem_peer_user(int descriptor);
/// The errno's symbol ("ECONNREFUSED") and its meaning in English, or NULL for an unknown number.
const char *csystem_error_name(int number);
const char *csystem_error_meaning(int number);

// Child processes (children.c).

/// What to start, and with which three descriptors.
typedef struct {
  const char *path;            ///< the program's file; no PATH search
  char *const *arguments;      ///< NULL-terminated, the first is the program's name
  char *const *environment;    ///< NULL-terminated
  const char *directory;       ///< working directory, or NULL for ours
  const char *terminal;        ///< a PTY slave that becomes 0, 1, 2 and the controlling terminal, or NULL
  int input;                   ///< becomes 0, where no terminal is given
  int output;                  ///< becomes 1
  int error;                   ///< becomes 2
  bool new_session;            ///< setsid first
} csystem_child;

/// Starts a child with an empty signal mask, default dispositions and no descriptor above 2; its pid in `pid`.
int csystem_spawn(const csystem_child *child, int32_t *pid);
/// A pipe, close-on-exec: the reading end in `ends[0]`, the writing one in `ends[1]`.
int csystem_pipe(int ends[2]);
/// Two ends of a stream between processes, close-on-exec; both blocking.
int csystem_socket_pair(int ends[2]);
/// Opens a PTY master of that size, non-blocking and close-on-exec, and says the slave's path.
int csystem_open_pty(uint16_t rows, uint16_t columns, char *slave, size_t capacity);
/// Sets and gets a terminal's size.
int csystem_set_window_size(int descriptor, uint16_t rows, uint16_t columns);
int csystem_window_size(int descriptor, uint16_t *rows, uint16_t *columns);

/// A descriptor for a process (Linux 5.3), close-on-exec.
int csystem_pidfd_open(int32_t pid);
/// Sends a signal through a pidfd.
int csystem_pidfd_signal(int pidfd, int signal);
/// Sends a signal to the process group that the pidfd's process leads; -ENOSYS or -EINVAL before Linux 6.9.
int csystem_pidfd_signal_group(int pidfd, int signal);
/// Reaps a child: 1 with how it ended, 0 when it still runs. `signalled` tells what `value` is.
int csystem_pidfd_reap(int pidfd, bool *signalled, int32_t *value);

/// The process environment, NULL-terminated.
char **csystem_environment(void);

// Files (files.c).

/// Reserves blocks from `offset` on without changing the file's size.
int csystem_reserve_blocks(int descriptor, int64_t offset, int64_t count);
/// Copies within the kernel: bytes copied, 0 at the end.
int64_t csystem_copy_range(int from, int to, size_t count);

// Secrecy (secrecy.c).

/// Makes this process leave no core file and lets no other process of the user read its memory; not inherited by exec.
int csystem_forbid_dumps(void);
/// Whether that holds: 1 or 0.
int csystem_dumps_are_forbidden(void);
/// Overwrites an environment variable's value where the kernel shows it, then takes it away; before threads exist.
int csystem_erase_variable(const char *name);
/// Overwrites memory that is not used any more; never optimised away.
void csystem_erase(void *bytes, size_t count);

// Text (text.c).

/// Takes the environment's LC_CTYPE, or C.UTF-8 where that is not UTF-8; returns the codeset's name.
const char *csystem_use_locale(void);
/// The number of terminal cells of a scalar: 0, 1, 2, or -1 for a control or unknown one.
int csystem_cell_width(uint32_t scalar);

// The terminal after a crash (crash.c).

/// Keeps the terminal's present modes and installs handlers for ILL, TRAP, SEGV, BUS, ABRT, FPE and QUIT.
///
/// A handler writes `note` to `note_descriptor` (-1 for none) and behind it the number of the signal, a blank, the
/// milliseconds since 1970 and a line feed; it puts the modes back, writes `restore` to `terminal`,
/// puts the previous handlers back and lets the signal strike again. Call it before changing the modes, and again
/// to change the bytes. The bytes are copied.
int csystem_arm_crash_restore(
  int terminal, const void *restore, size_t restore_length,
  int note_descriptor, const void *note, size_t note_length);
/// Puts the previous handlers back, and lets TSTP stop us without further ado.
void csystem_disarm_crash_restore(void);
/// While a crash restore is armed, TSTP gives the terminal its modes and `restore` before it stops us.
///
/// Whoever is continued hears of it by CONT, and takes the terminal again.
int csystem_watch_stops(void);
/// 1 where such a stop has given the terminal away since this was asked last, else 0.
int csystem_take_stop(void);

// Standard error while a screen is up (capture.c).

/// Sends what is written to descriptor 2 into a file in memory; nothing when that is so already.
int csystem_capture_errors(void);
/// Puts descriptor 2 back; the last bytes captured, at most `capacity`, go to `text`, and their number is returned.
int64_t csystem_release_errors(void *text, size_t capacity);
/// Puts descriptor 2 back and writes to it the last of what was captured; for crash handlers.
void csystem_spill_errors(void);

#endif
