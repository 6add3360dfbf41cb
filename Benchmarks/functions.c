// A thousand functions, traced_000 to traced_999, and a tight loop over the first so many of them. Writes what a call costs to
// a file.
//
// usage: functions FILE FUNCTIONS [ROUNDS]

#include "rounds.h"

#define FUNCTION(number) __attribute__((noinline)) void traced_##number(void) { __asm__ volatile(""); }
#define NAME(number) traced_##number,
#define TEN(each, tens) \
  each(tens##0) each(tens##1) each(tens##2) each(tens##3) each(tens##4) \
  each(tens##5) each(tens##6) each(tens##7) each(tens##8) each(tens##9)
#define HUNDRED(each, hundreds) \
  TEN(each, hundreds##0) TEN(each, hundreds##1) TEN(each, hundreds##2) TEN(each, hundreds##3) TEN(each, hundreds##4) \
  TEN(each, hundreds##5) TEN(each, hundreds##6) TEN(each, hundreds##7) TEN(each, hundreds##8) TEN(each, hundreds##9)
#define THOUSAND(each) \
  HUNDRED(each, 0) HUNDRED(each, 1) HUNDRED(each, 2) HUNDRED(each, 3) HUNDRED(each, 4) \
  HUNDRED(each, 5) HUNDRED(each, 6) HUNDRED(each, 7) HUNDRED(each, 8) HUNDRED(each, 9)

THOUSAND(FUNCTION)

static void (*const functions[])(void) = {THOUSAND(NAME)};
static int traced;

static void call(int calls) {
  for (int index = 0, next = 0; index < calls; index++) {
    functions[next]();
    if (++next == traced) next = 0;
  }
}

int main(int argc, char *argv[]) {
  if (argc < 3 || argc > 4) errx(2, "usage: functions FILE FUNCTIONS [ROUNDS]");
  int rounds = argc == 4 ? atoi(argv[3]) : 1001;
  traced = atoi(argv[2]);
  if (rounds < 1) errx(2, "%s rounds?", argv[3]);
  if (traced < 1 || traced > (int)(sizeof(functions) / sizeof(*functions))) errx(2, "%s functions?", argv[2]);
  measure(argv[1], rounds, 2000, call);
  return 0;
}
