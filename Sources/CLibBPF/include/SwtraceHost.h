#pragma once

// Shims for this process's arguments, its files and the programs that help it.

#include <linux/capability.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// The words that this process was started with, as bytes.
int swtrace_argument_count(void);
const char *swtrace_argument(int index);

// A file without a name on the file system of a folder, or -1 and errno. It is gone when it is closed.
int swtrace_unnamed_file(const char *directory);

// Gives the second file all extended attributes of the first, of which access lists are some: 0, or -1 and errno.
int swtrace_copy_attributes(int from, int to);

// Puts an unnamed file in the place of the one at `path`, by way of a name beside it: 0, or -1 and errno.
int swtrace_take_place(int descriptor, const char *temporary, const char *path);

// The most bytes that so many take when they are packed by gzip.
size_t swtrace_gzip_bound(size_t size);

// Packs bytes as a gzip file (RFC 1952) without a name or time: how many bytes it has, or -1 for lack of memory or room.
long swtrace_gzip(const uint8_t *bytes, size_t size, uint8_t *packed, size_t capacity);

// What a helping program may use: address space in bytes and processor time in seconds.
struct swtrace_limits {
  uint64_t memory;
  uint64_t seconds;
};

// A program with three files as its standard streams. It and what it starts are killed when `*lifeline` is closed,
// which the end of this process does too, however it comes. The process to wait for, whose status is the program's
// (128 and the signal's number if that killed it; 127 and `errno` on its standard error if it cannot be run), or -1 and
// errno.
pid_t swtrace_spawn_confined(
    const char *path, char *const arguments[], char *const environment[], const int streams[3],
    struct swtrace_limits limits, int *lifeline);

// How many files this process may have open; UINT64_MAX without a limit.
static inline uint64_t swtrace_file_limit(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : (uint64_t)limit.rlim_cur;
}

// The effective capabilities of this thread, a bit each; 0 when the kernel does not say.
// Kernel: include/uapi/linux/capability.h.
static inline uint64_t swtrace_effective_capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
  if (syscall(SYS_capget, &header, data) < 0) return 0;
  return (uint64_t)data[1].effective << 32 | data[0].effective;
}

// A child that is to become another program stops when it has (ptrace(2)); -1 and errno if it may not be traced.
int swtrace_follow_exec(pid_t process);

// Runs a child that was so followed to where its program begins, its libraries in memory: 0, or -1 when it is elsewhere or
// has ended.
int swtrace_run_to_entry(pid_t process);

// Lets a followed child run by itself.
void swtrace_let_go(pid_t process);
