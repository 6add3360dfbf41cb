#define _GNU_SOURCE
#include "SwtraceHost.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

int swtrace_unnamed_file(const char *directory) { return open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); }

// The value of an extended attribute goes from one file to another.
static int copy_attribute(int from, int to, const char *name) {
  char value[1 << 16];
  ssize_t size = fgetxattr(from, name, value, sizeof(value));
  return size < 0 ? -1 : fsetxattr(to, name, value, (size_t)size, 0);
}

int swtrace_copy_attributes(int from, int to) {
  char names[1 << 16];
  ssize_t size = flistxattr(from, names, sizeof(names));
  if (size < 0) return errno == ENOTSUP ? 0 : -1;
  for (char *name = names; name < names + size; name += strlen(name) + 1)
    if (copy_attribute(from, to, name) < 0) return -1;
  return 0;
}

int swtrace_take_place(int descriptor, const char *temporary, const char *path) {
  char link[32];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  // Without /proc, naming a file by its descriptor takes CAP_DAC_READ_SEARCH.
  if (linkat(AT_FDCWD, link, AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) < 0 &&
      (errno != ENOENT || linkat(descriptor, "", AT_FDCWD, temporary, AT_EMPTY_PATH) < 0))
    return -1;
  if (rename(temporary, path) == 0) return 0;
  int error = errno;
  unlink(temporary);
  errno = error;
  return -1;
}
