#define _GNU_SOURCE
#include "CElfutils.h"

#include <fcntl.h>

// openat2(2), 5.6. Kernel: include/uapi/linux/openat2.h.
enum { SYS_OPENAT2 = 437, NO_MAGIC_LINKS = 0x02, IN_ROOT = 0x10 };

int swtrace_open_place(const char *path) { return open(path, O_PATH | O_CLOEXEC); }

int swtrace_open_in_root(int root, const char *path) {
  struct { uint64_t flags, mode, resolve; } how = {O_PATH | O_CLOEXEC, 0, NO_MAGIC_LINKS | IN_ROOT};
  return (int)syscall(SYS_OPENAT2, root, path, &how, sizeof(how));
}
