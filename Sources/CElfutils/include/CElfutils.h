#pragma once

// elfutils' libelf and libdw as Swift sees them, and what both need of files that may change while they are read.

#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <libelf.h>

// A private mapping of the first `size` bytes of a file, or NULL and errno. What the file loses while it is mapped reads as
// zeroes, where the kernel would end the process (SIGBUS).
void *swtrace_map_file(int descriptor, size_t size);

void swtrace_unmap_file(void *start, size_t size);

// sem_clockwait(3), which glibc (2.30) declares for _GNU_SOURCE only.
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline);

// A descriptor of what a path names that is good for no reading (O_PATH), so that nothing happens to it; or -1 and errno.
int swtrace_open_place(const char *path);

// The same of what a path names in the tree below `root`, which symbolic links do not leave.
int swtrace_open_in_root(int root, const char *path);

// The numbers of a device, which macros give.
static inline uint32_t swtrace_major(uint64_t device) { return major(device); }
static inline uint32_t swtrace_minor(uint64_t device) { return minor(device); }
