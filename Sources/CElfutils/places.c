#define _GNU_SOURCE
#include "CElfutils.h"

#include <fcntl.h>

// openat2(2), 5.6. Kernel: include/uapi/linux/openat2.h.
enum { SYS_OPENAT2 = 437, NO_MAGIC_LINKS = 0x02, IN_ROOT = 0x10 };

int swtrace_open_place(const char *path) { return open(path, O_PATH | O_CLOEXEC); }

int swtrace_open_link(const char *path) { return open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC); }

static int open_below(int root, const char *path, uint64_t flags) {
  struct { uint64_t flags, mode, resolve; } how = {O_PATH | O_CLOEXEC | flags, 0, NO_MAGIC_LINKS | IN_ROOT};
  return (int)syscall(SYS_OPENAT2, root, path, &how, sizeof(how));
}

int swtrace_open_in_root(int root, const char *path) { return open_below(root, path, 0); }

int swtrace_open_link_in_root(int root, const char *path) { return open_below(root, path, O_NOFOLLOW); }
