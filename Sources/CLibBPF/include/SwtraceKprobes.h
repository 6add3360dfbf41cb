#pragma once

// A shim for perf events of the kernel's functions.

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// A perf event, stopped, at a function of the kernel by its name and an offset, or at the address `place` without one, or
// -1 and errno. `type` and `return_bit` are what /sys/bus/event_source/devices/kprobe says.
// Kernel: kernel/events/core.c, perf_kprobe_event_init.
static inline int swtrace_kprobe_open(
    uint32_t type, int return_bit, bool is_return, const char *name, uint64_t place, int cpu) {
  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof(attributes));
  attributes.size = sizeof(attributes);
  attributes.type = type;
  attributes.config = is_return ? 1ull << return_bit : 0;
  attributes.config1 = (uint64_t)(uintptr_t)name;
  attributes.config2 = place;
  return (int)syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}
