// A tight loop over the cheapest system call. Writes nanoseconds of CPU time per call to a file: the lower decile of many
// short rounds, which is what a call costs while nothing else disturbs it.
//
// usage: getppid FILE [ROUNDS]

#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { CALLS_PER_ROUND = 2000 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

int main(int argc, char *argv[]) {
  if (argc < 2 || argc > 3) errx(2, "usage: getppid FILE [ROUNDS]");
  int count = argc == 3 ? atoi(argv[2]) : 1001;
  double *rounds = calloc((size_t)count, sizeof(*rounds));
  if (count < 1 || !rounds) errx(2, "%s rounds?", argv[2]);
  for (int round = 0; round < count; round++) {
    double start = now();
    for (int call = 0; call < CALLS_PER_ROUND; call++) syscall(SYS_getppid);
    rounds[round] = (now() - start) / CALLS_PER_ROUND;
  }
  qsort(rounds, (size_t)count, sizeof(*rounds), ascending);
  FILE *file = fopen(argv[1], "w");
  if (!file || fprintf(file, "%.2f\n", rounds[count / 10]) < 0 || fclose(file) != 0) err(1, "%s", argv[1]);
  return 0;
}
