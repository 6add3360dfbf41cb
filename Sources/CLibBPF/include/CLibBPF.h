#pragma once

// libbpf and the kernel's UAPI as Swift sees them, and inline shims for what Swift cannot import (variadic calls,
// system calls without a wrapper).

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
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

// The type of the file system an open file is on (Kernel: include/uapi/linux/magic.h), or -1 and errno.
static inline long swtrace_file_system_type(int descriptor) {
  struct statfs status;
  return fstatfs(descriptor, &status) == 0 ? (long)status.f_type : -1;
}

// memmem(3), which glibc declares for _GNU_SOURCE only.
void *memmem(const void *haystack, size_t haystack_size, const void *needle, size_t needle_size);

// bpf(2) with attributes that the headers' `union bpf_attr` may be too old for.
static inline int swtrace_bpf(int command, void *attributes, unsigned int size) {
  return (int)syscall(SYS_bpf, command, attributes, size);
}

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
