// A tight loop over the cheapest system call, so many functions deep. Writes what a call costs to a file.
//
// usage: deep FILE FUNCTIONS

#define _GNU_SOURCE
#include "rounds.h"
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile int sum;

__attribute__((noinline)) static int deeper(int depth, int calls) {
  volatile char local[48];
  local[depth % 48] = (char)depth;
  if (depth == 0) {
    for (int index = 0; index < calls; index++) sum += (int)syscall(SYS_getppid);
  } else {
    sum += deeper(depth - 1, calls);
  }
  return local[depth % 48];
}

static int depth;

static void call(int calls) { sum += deeper(depth, calls); }

int main(int argc, char *argv[]) {
  if (argc != 3) errx(2, "usage: deep FILE FUNCTIONS");
  depth = atoi(argv[2]);
  measure(argv[1], 301, 2000, call);
  return 0;
}
