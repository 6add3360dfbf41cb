// Makes 200 processes that call the kernel in 500 functions each, and keeps them until it is killed. It says when all have.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PROCESSES = 200 };

static inline long call(void) {
#if defined(__aarch64__)
  register long number __asm__("x8") = SYS_getppid, result __asm__("x0");
  __asm__ volatile("svc #0" : "=r"(result) : "r"(number) : "memory");
#else
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(SYS_getppid) : "rcx", "r11", "memory");
#endif
  return result;
}

#define FUNCTION(number) __attribute__((noinline)) static long way_##number(void) { return call() + 1; }
#define USE(number) sum += way_##number();
#define TEN(each, tens) \
  each(tens##0) each(tens##1) each(tens##2) each(tens##3) each(tens##4) \
  each(tens##5) each(tens##6) each(tens##7) each(tens##8) each(tens##9)
#define HUNDRED(each, hundreds) \
  TEN(each, hundreds##0) TEN(each, hundreds##1) TEN(each, hundreds##2) TEN(each, hundreds##3) TEN(each, hundreds##4) \
  TEN(each, hundreds##5) TEN(each, hundreds##6) TEN(each, hundreds##7) TEN(each, hundreds##8) TEN(each, hundreds##9)
#define ALL(each) HUNDRED(each, 1) HUNDRED(each, 2) HUNDRED(each, 3) HUNDRED(each, 4) HUNDRED(each, 5)

ALL(FUNCTION)

static long all(void) {
  long sum = 0;
  ALL(USE)
  return sum;
}

int main(int count, char **words) {
  if (count > 1) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (all() == 0) return 1;
    putchar('.');
    fflush(stdout);
    for (;;) pause();
  }
  int ends[2];
  if (pipe(ends) < 0) return 1;
  for (int process = 0; process < PROCESSES; process++) {
    if (fork() > 0) continue;
    dup2(ends[1], STDOUT_FILENO);
    // Another image has other addresses.
    execl(words[0], words[0], "child", NULL);
    return 1;
  }
  char dot;
  for (int process = 0; process < PROCESSES; process++)
    if (read(ends[0], &dot, 1) != 1) return 1;
  puts("ready");
  fflush(stdout);
  for (;;) pause();
}
