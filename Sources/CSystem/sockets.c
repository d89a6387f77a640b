// Sockets and error names: what hides behind _GNU_SOURCE.
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int csystem_accept(int listener) {
  int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

int64_t csystem_peer_user(int descriptor) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -errno;
  return peer.uid;
}

const char *csystem_error_name(int number) { return strerrorname_np(number); }

const char *csystem_error_meaning(int number) { return strerrordesc_np(number); }
