#define _GNU_SOURCE
#include "SwtraceEvents.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

int swtrace_device_messages(void) {
  int messages = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  // Group 1 is the kernel's own; udev's is another.
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
  if (messages < 0 || bind(messages, (struct sockaddr *)&address, sizeof(address)) == 0) return messages;
  int error = errno;
  close(messages);
  errno = error;
  return -1;
}

int swtrace_pin_thread(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return sched_setaffinity(0, sizeof(set), &set);
}

int swtrace_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

static void run_when_told(const char *path, char *const arguments[], int start, int failure) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  char go;
  ssize_t count;
  do count = read(start, &go, 1);
  while (count < 0 && errno == EINTR);
  if (count != 1) _exit(0);
  execv(path, arguments);
  int error = errno;
  (void)!write(failure, &error, sizeof(error));
  _exit(127);
}

pid_t swtrace_spawn_waiting(const char *path, char *const arguments[], int *start, int *failure) {
  int starting[2], failing[2];
  if (swtrace_pipe(starting) < 0) return -1;
  if (swtrace_pipe(failing) < 0) {
    close(starting[0]);
    close(starting[1]);
    return -1;
  }
  pid_t child = fork();
  if (child == 0) {
    close(starting[1]);
    close(failing[0]);
    run_when_told(path, arguments, starting[0], failing[1]);
  }
  int error = errno;
  close(starting[0]);
  close(failing[1]);
  if (child < 0) {
    close(starting[1]);
    close(failing[0]);
    errno = error;
    return -1;
  }
  *start = starting[1];
  *failure = failing[0];
  return child;
}

// Closes the descriptors from `first` to before `end`, but for one.
static void close_between(unsigned first, unsigned end, unsigned kept) {
  if (first <= kept && kept < end) {
    close_between(first, kept, kept);
    first = kept + 1;
  }
  if (first < end) syscall(SYS_close_range, first, end - 1, 0);
}

static void keep_only(const int *descriptors, size_t count, int other) {
  unsigned next = 0;
  for (size_t index = 0; index < count; index++) {
    close_between(next, (unsigned)descriptors[index], (unsigned)other);
    next = (unsigned)descriptors[index] + 1;
  }
  close_between(next, ~0U, (unsigned)other);
}

void swtrace_close_in_background(const int *descriptors, size_t count) {
  int closed[2] = {-1, -1};
  if (count == 0) return;
  pid_t child = swtrace_pipe(closed) < 0 ? -1 : fork();
  if (child == 0) {
    // A grandchild has no parent that must wait for it.
    if (fork() == 0) {
      prctl(PR_SET_NAME, "swtrace-closing");
      keep_only(descriptors, count, closed[0]);
      // Whoever closes last waits for the kernel: that must not be the caller.
      char none;
      while (read(closed[0], &none, 1) < 0 && errno == EINTR) {}
    }
    _exit(0);
  }
  if (child > 0)
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
  for (size_t index = 0; index < count; index++) close(descriptors[index]);
  close(closed[0]);
  close(closed[1]);
}

struct closing {
  const int *descriptors;
  size_t count;
  size_t next;
};

static void *close_next(void *context) {
  struct closing *work = context;
  for (;;) {
    size_t index = __atomic_fetch_add(&work->next, 1, __ATOMIC_RELAXED);
    if (index >= work->count) return NULL;
    close(work->descriptors[index]);
  }
}

enum { MAX_CLOSING_THREADS = 64 };

void swtrace_close_all(const int *descriptors, size_t count) {
  struct closing work = {descriptors, count, 0};
  pthread_t started[MAX_CLOSING_THREADS];
  size_t running = 0;
  while (running < MAX_CLOSING_THREADS && running + 1 < count &&
         pthread_create(&started[running], NULL, close_next, &work) == 0)
    running++;
  close_next(&work);
  while (running > 0) pthread_join(started[--running], NULL);
}
