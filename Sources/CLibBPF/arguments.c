#include "SwtraceHost.h"

static int count;
static char **words;

// The C library gives main's arguments to constructors; Swift would read /proc/self/cmdline, which need not be there.
__attribute__((constructor)) static void keep_arguments(int argc, char **argv) {
  count = argc;
  words = argv;
}

int swtrace_argument_count(void) { return count; }

const char *swtrace_argument(int index) { return index >= 0 && index < count ? words[index] : ""; }
