#pragma once

// Shims for perf events, the ring buffer's positions, waiting and child processes.

#include <errno.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// The attributes of a perf event that differ from 0 in all.
static inline struct perf_event_attr swtrace_perf_attributes(uint32_t type) {
  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof(attributes));
  attributes.size = sizeof(attributes);
  attributes.type = type;
  return attributes;
}

// A perf event of a task, or of all on one CPU where `task` is -1; or -1 and errno.
static inline int swtrace_perf_open(const struct perf_event_attr *attributes, pid_t task, int cpu) {
  return (int)syscall(SYS_perf_event_open, attributes, task, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

// A perf event of all processes on one CPU, or -1 and errno. `sample` is a period or a frequency in Hz; 0 for none.
// Kernel: perf_event_open(2).
static inline int swtrace_perf_event_open(
    uint32_t type, uint64_t config, uint64_t sample, bool is_frequency, int cpu) {
  struct perf_event_attr attributes = swtrace_perf_attributes(type);
  attributes.config = config;
  attributes.sample_period = sample;
  attributes.freq = is_frequency;
  attributes.disabled = 1;
  return swtrace_perf_open(&attributes, -1, cpu);
}

// A perf event at a place that the kernel probes, of the process of `task`, or of all on `cpu` where that is -1; or -1 and
// errno. `place` is a path or a name, `offset` is counted from its start.
// Kernel: Documentation/trace/kprobetrace.rst, perf_event_open(2).
static inline int swtrace_perf_probe_open(uint32_t type, uint64_t config, uint64_t place, uint64_t offset, pid_t task,
                                          int cpu) {
  struct perf_event_attr attributes = swtrace_perf_attributes(type);
  attributes.config = config;
  attributes.config1 = place;
  attributes.config2 = offset;
  return swtrace_perf_open(&attributes, task, cpu);
}

// A watch on memory of a thread and those it starts, or of all on one CPU where `thread` is -1; or -1 and errno.
// Kernel: perf_event_open(2), PERF_TYPE_BREAKPOINT.
static inline int swtrace_breakpoint_open(uint64_t address, uint64_t length, uint32_t access, pid_t thread, int cpu) {
  struct perf_event_attr attributes = swtrace_perf_attributes(PERF_TYPE_BREAKPOINT);
  attributes.bp_addr = address;
  attributes.bp_len = length;
  attributes.bp_type = access;
  attributes.sample_period = 1;
  attributes.disabled = 1;
  attributes.inherit = thread >= 0;
  attributes.inherit_thread = thread >= 0;
  int event = swtrace_perf_open(&attributes, thread, cpu);
  if (event >= 0 || errno != EINVAL || thread < 0) return event;
  // Before 5.13 processes that it starts cannot be left out.
  attributes.inherit_thread = 0;
  return swtrace_perf_open(&attributes, thread, cpu);
}

// Gives the event's occurrences to a program and starts it: 0, or -1 and errno.
static inline int swtrace_perf_event_start(int event, int program) {
  if (ioctl(event, PERF_EVENT_IOC_SET_BPF, program) < 0) return -1;
  return ioctl(event, PERF_EVENT_IOC_ENABLE, 0);
}

// Stops an event without the wait for running programs that closing it brings.
static inline int swtrace_perf_event_stop(int event) {
  return ioctl(event, PERF_EVENT_IOC_DISABLE, 0);
}

// Positions and record lengths of a BPF ring buffer are published with acquire and release order.
// Kernel: Documentation/bpf/ringbuf.rst.
static inline uint64_t swtrace_load_acquire_64(const void *address) {
  return __atomic_load_n((const uint64_t *)address, __ATOMIC_ACQUIRE);
}

static inline uint32_t swtrace_load_acquire_32(const void *address) {
  return __atomic_load_n((const uint32_t *)address, __ATOMIC_ACQUIRE);
}

static inline void swtrace_store_release_64(void *address, uint64_t value) {
  __atomic_store_n((uint64_t *)address, value, __ATOMIC_RELEASE);
}

// Puts a value into a word and gives what was there.
static inline uint64_t swtrace_exchange_64(void *address, uint64_t value) {
  return __atomic_exchange_n((uint64_t *)address, value, __ATOMIC_ACQ_REL);
}

// A descriptor that becomes readable when the process ends (5.3), or -1 and errno.
static inline int swtrace_pidfd_open(pid_t pid) {
  return (int)syscall(SYS_pidfd_open, pid, 0);
}

// A socket with the kernel's messages about its devices, or -1 and errno. Kernel: lib/kobject_uevent.c.
int swtrace_device_messages(void);

// Blocks SIGINT, SIGTERM, SIGHUP (unless it is ignored), SIGUSR1, SIGPIPE and SIGXFSZ for good, in this thread and those it
// starts. Gives a non-blocking signalfd of the first four, or -1 and errno; the last two show as errors of write(2).
int swtrace_block_signals(void);

// From so many milliseconds on the process dies of the next SIGINT, SIGTERM or SIGHUP, whatever it is doing then. What came
// before is dropped: a terminal and timeout(1) may both send the same signal.
void swtrace_end_at_next_signal(int milliseconds);

// Keeps the calling thread on one CPU: 0, or -1 and errno.
int swtrace_pin_thread(int cpu);

// Two ends of a pipe that are closed by exec: 0, or -1 and errno.
int swtrace_pipe(int ends[2]);

// A child that waits for a byte on `*start` before it becomes the program, and ends when `*start` is closed instead.
// It gets default signal handling and a SIGTERM when its parent thread dies. After the byte, `*failure` gives the
// errno of a failed exec, or end of file. The child's process ID, or -1 and errno.
pid_t swtrace_spawn_waiting(const char *path, char *const arguments[], int *start, int *failure);

// Closes descriptors from many threads: closing the link of a tracepoint waits tens of milliseconds for programs that
// run, and one wait of the kernel serves all who wait at the same time.
void swtrace_close_all(const int *descriptors, size_t count);

// Closes descriptors, given in ascending order, while the caller goes on: a process of its own holds nothing else and
// ends when they are closed. Closing a tracepoint's perf event waits tens of milliseconds, and the kernel does one at a
// time however many threads ask.
void swtrace_close_in_background(const int *descriptors, size_t count);
