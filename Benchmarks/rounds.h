// What a call costs in a tight loop, which is what all programs here that are traced do.

#pragma once
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

// Writes nanoseconds of CPU time per call to a file: the lower decile of many short rounds, which is what a call costs while
// nothing else disturbs it. A round is so many calls.
static inline void measure(const char *path, int count, int calls, void (*round)(int calls)) {
  double *rounds = calloc((size_t)count, sizeof(*rounds));
  if (!rounds) err(1, "%d rounds", count);
  for (int index = 0; index < count; index++) {
    double start = now();
    round(calls);
    rounds[index] = (now() - start) / calls;
  }
  qsort(rounds, (size_t)count, sizeof(*rounds), ascending);
  FILE *file = fopen(path, "w");
  if (!file || fprintf(file, "%.2f\n", rounds[count / 10]) < 0 || fclose(file) != 0) err(1, "%s", path);
}
