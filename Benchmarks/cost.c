// Runs a command with its output thrown away and prints what it cost: wall time in milliseconds, and peak resident memory
// in MB. A command that fails is an error.
//
// usage: cost COMMAND [ARGUMENT...]

#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

int main(int argc, char *argv[]) {
  if (argc < 2) errx(2, "usage: cost COMMAND [ARGUMENT...]");
  posix_spawn_file_actions_t silence;
  posix_spawn_file_actions_init(&silence);
  posix_spawn_file_actions_addopen(&silence, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&silence, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&silence, STDERR_FILENO, "/dev/null", O_WRONLY, 0);

  double start = milliseconds();
  pid_t child;
  int error = posix_spawnp(&child, argv[1], &silence, NULL, &argv[1], environ);
  if (error) errx(1, "%s: %s", argv[1], strerror(error));
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) < 0) err(1, "wait4");
  double end = milliseconds();

  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) errx(1, "%s failed (wait status %#x)", argv[1], status);
  printf("%.3f %.3f\n", end - start, (double)usage.ru_maxrss * 1024 / 1e6);
  return 0;
}
