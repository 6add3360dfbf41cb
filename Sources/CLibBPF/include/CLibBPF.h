#pragma once

// libbpf and the kernel's UAPI as Swift sees them, and inline shims for what Swift cannot import (variadic calls,
// system calls without a wrapper).

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gelf.h>
#include <libelf.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>

#include "SwtraceEvents.h"
#include "SwtraceHost.h"

// New mount API. Kernel: include/uapi/asm-generic/unistd.h, include/uapi/linux/mount.h.

#define SWTRACE_SYS_FSOPEN 430
#define SWTRACE_SYS_FSCONFIG 431
#define SWTRACE_SYS_FSMOUNT 432
#define SWTRACE_FSOPEN_CLOEXEC 1
#define SWTRACE_FSMOUNT_CLOEXEC 1
#define SWTRACE_FSCONFIG_CMD_CREATE 6

// A mount of a file system without a source that is attached nowhere: a directory descriptor, or -1 and errno.
static inline int swtrace_detached_mount(const char *type) {
  int context = (int)syscall(SWTRACE_SYS_FSOPEN, type, SWTRACE_FSOPEN_CLOEXEC);
  if (context < 0) return -1;
  int mount = -1;
  if (syscall(SWTRACE_SYS_FSCONFIG, context, SWTRACE_FSCONFIG_CMD_CREATE, 0, 0, 0) == 0)
    mount = (int)syscall(SWTRACE_SYS_FSMOUNT, context, SWTRACE_FSMOUNT_CLOEXEC, 0);
  int error = errno;
  close(context);
  errno = error;
  return mount;
}

// Kernel: include/uapi/asm-generic/fcntl.h.
#define SWTRACE_O_PATH 010000000

// A descriptor (O_PATH) of the directory with a number on the cgroup file system that `mount` is open on, or -1 and errno.
// Kernel: fs/kernfs/mount.c, FILEID_KERNFS of include/linux/exportfs.h.
static inline int swtrace_open_kernfs(int mount, uint64_t number) {
  struct { uint32_t bytes; int32_t type; uint64_t number; } handle = {8, 0xfe, number};
  return (int)syscall(SYS_open_by_handle_at, mount, &handle, SWTRACE_O_PATH | 02000000 /* O_CLOEXEC */);
}

// The type of the file system an open file is on (Kernel: include/uapi/linux/magic.h), or -1 and errno.
static inline long swtrace_file_system_type(int descriptor) {
  struct statfs status;
  return fstatfs(descriptor, &status) == 0 ? (long)status.f_type : -1;
}

// memmem(3) and memrchr(3), which glibc declares for _GNU_SOURCE only.
void *memrchr(const void *memory, int byte, size_t size);
void *memmem(const void *haystack, size_t haystack_size, const void *needle, size_t needle_size);

// eventfd(2) that does not block; -1 and errno.
static inline int swtrace_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// bpf(2) with attributes that the headers' `union bpf_attr` may be too old for.
static inline int swtrace_bpf(int command, void *attributes, unsigned int size) {
  return (int)syscall(SYS_bpf, command, attributes, size);
}

// BPF_LINK_CREATE for BPF_TRACE_KPROBE_MULTI (5.18) and BPF_TRACE_KPROBE_SESSION (6.10), which older libbpf refuses to pass
// on. Kernel: include/uapi/linux/bpf.h, union bpf_attr.
struct swtrace_kprobe_multi {
  uint32_t program;
  uint32_t target;
  uint32_t attach_type;
  uint32_t flags;
  uint32_t multi_flags;
  uint32_t count;
  uint64_t symbols;
  uint64_t addresses;
  uint64_t cookies;
};

// BPF_LINK_CREATE for BPF_TRACE_UPROBE_MULTI (6.6). Kernel: include/uapi/linux/bpf.h, union bpf_attr.
struct swtrace_uprobe_multi {
  uint32_t program;
  uint32_t target;
  uint32_t attach_type;
  uint32_t flags;
  uint64_t path;
  uint64_t offsets;
  uint64_t reference_counter_offsets;
  uint64_t cookies;
  uint32_t count;
  uint32_t multi_flags;
  uint32_t pid;
  uint32_t padding;
};
