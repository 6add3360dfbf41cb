// Runs commands in turn, as whole processes, and prints the medians of what each took.
//
// usage: compare RUNS -- COMMAND [ARGUMENT...] [-- COMMAND [ARGUMENT...]]...
//
// One line for each command: wall time in milliseconds, and peak resident memory in KiB. Then one line: both figures of
// the first command divided by those of the last, as the median over runs. A command that fails ends the comparison.

#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { MAX_COMMANDS = 8 };

struct sample {
  double milliseconds;
  double kibibytes;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static struct sample run(char *const command[]) {
  posix_spawn_file_actions_t silence;
  posix_spawn_file_actions_init(&silence);
  posix_spawn_file_actions_addopen(&silence, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&silence, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&silence, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  extern char **environ;
  pid_t child;
  double start = now();
  int error = posix_spawnp(&child, command[0], &silence, NULL, command, environ);
  if (error) errx(1, "%s: %s", command[0], strerror(error));
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) < 0) err(1, "wait4");
  double end = now();
  posix_spawn_file_actions_destroy(&silence);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) errx(1, "%s failed (wait status %#x)", command[0], status);
  return (struct sample){end - start, (double)usage.ru_maxrss};
}

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

static double median(double *values, int count) {
  qsort(values, (size_t)count, sizeof(*values), ascending);
  return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void print_medians(const struct sample *samples, const struct sample *divisors, int count) {
  double milliseconds[count], kibibytes[count];
  for (int index = 0; index < count; index++) {
    milliseconds[index] = samples[index].milliseconds / (divisors ? divisors[index].milliseconds : 1);
    kibibytes[index] = samples[index].kibibytes / (divisors ? divisors[index].kibibytes : 1);
  }
  printf("%.5f %.5f\n", median(milliseconds, count), median(kibibytes, count));
}

int main(int argc, char *argv[]) {
  char **commands[MAX_COMMANDS];
  int command_count = 0;
  for (int index = 2; index < argc; index++) {
    if (strcmp(argv[index], "--") != 0) continue;
    argv[index] = NULL;
    if (command_count == MAX_COMMANDS) errx(1, "too many commands");
    commands[command_count++] = &argv[index + 1];
  }
  int runs = argc > 1 ? atoi(argv[1]) : 0;
  if (runs < 1 || command_count == 0) errx(2, "usage: compare RUNS -- COMMAND... [-- COMMAND...]...");

  struct sample samples[MAX_COMMANDS][runs];
  for (int turn = 0; turn < runs; turn++)
    for (int command = 0; command < command_count; command++) samples[command][turn] = run(commands[command]);

  for (int command = 0; command < command_count; command++) print_medians(samples[command], NULL, runs);
  print_medians(samples[0], samples[command_count - 1], runs);
}
