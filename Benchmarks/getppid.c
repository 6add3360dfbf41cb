// A tight loop over the cheapest system call. Writes what a call costs to a file.
//
// usage: getppid FILE [ROUNDS]

#define _GNU_SOURCE
#include "rounds.h"
#include <sys/syscall.h>
#include <unistd.h>

static void call(int calls) {
  for (int index = 0; index < calls; index++) syscall(SYS_getppid);
}

int main(int argc, char *argv[]) {
  if (argc < 2 || argc > 3) errx(2, "usage: getppid FILE [ROUNDS]");
  int rounds = argc == 3 ? atoi(argv[2]) : 1001;
  if (rounds < 1) errx(2, "%s rounds?", argv[2]);
  measure(argv[1], rounds, 2000, call);
  return 0;
}
