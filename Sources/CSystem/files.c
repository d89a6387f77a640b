// Files: block reservation and in-kernel copies.
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int csystem_reserve_blocks(int descriptor, int64_t offset, int64_t count) {
  int result;
  do result = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, offset, count);
  while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

int64_t csystem_copy_range(int from, int to, size_t count) {
  ssize_t copied;
  do copied = copy_file_range(from, NULL, to, NULL, count, 0);
  while (copied < 0 && errno == EINTR);
  return copied < 0 ? -errno : copied;
}
