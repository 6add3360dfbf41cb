#define _GNU_SOURCE
#include "SwtraceHost.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void set_limit(int resource, rlim_t value) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) < 0) return;
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < value) value = limit.rlim_max;
  limit.rlim_cur = limit.rlim_max = value;
  setrlimit(resource, &limit);
}

static void become(
    const char *path, char *const arguments[], char *const environment[], const int streams[3],
    struct swtrace_limits limits) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int stream = 0; stream < 3; stream++) dup2(streams[stream], stream);
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_CPU, limits.seconds);
  set_limit(RLIMIT_AS, limits.memory);
  execve(path, arguments, environment);
  const char *reason = strerrordesc_np(errno);
  if (reason) (void)!write(STDERR_FILENO, reason, strlen(reason));
  _exit(127);
}

static void child_ended(int signal) { (void)signal; }

// Waits for the program and for the end of the process that wants it, whichever comes first.
static void watch(pid_t program, int lifeline) {
  sigset_t none;
  sigemptyset(&none);
  for (;;) {
    int status;
    if (waitpid(program, &status, WNOHANG) == program)
      _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    struct pollfd end = {lifeline, 0, 0};
    if (ppoll(&end, 1, NULL, &none) > 0) kill(0, SIGKILL);
  }
}

pid_t swtrace_spawn_confined(
    const char *path, char *const arguments[], char *const environment[], const int streams[3],
    struct swtrace_limits limits, int *lifeline) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -1;
  pid_t watcher = fork();
  if (watcher == 0) {
    // A group of its own takes what the program starts along.
    if (setpgid(0, 0) < 0) _exit(126);
    close(ends[1]);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGCHLD, child_ended);
    for (int number = 1; number < NSIG; number++)
      if (number != SIGCHLD) signal(number, SIG_DFL);
    pid_t program = fork();
    if (program == 0) become(path, arguments, environment, streams, limits);
    if (program < 0) _exit(126);
    for (int stream = 0; stream < 3; stream++) close(streams[stream]);
    watch(program, ends[0]);
  }
  int error = errno;
  close(ends[0]);
  if (watcher < 0) {
    close(ends[1]);
    errno = error;
    return -1;
  }
  *lifeline = ends[1];
  return watcher;
}
