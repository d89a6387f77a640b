// Keeping what is in memory out of core files and other processes' reach.
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

int csystem_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0; }

int csystem_dumps_are_forbidden(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0; }

int csystem_erase_variable(const char *name) {
  char *value = getenv(name);
  if (value) explicit_bzero(value, strlen(value));
  return unsetenv(name) < 0 ? -errno : 0;
}

void csystem_erase(void *bytes, size_t count) { explicit_bzero(bytes, count); }
