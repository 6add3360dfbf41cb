#define _GNU_SOURCE
#include "SwtraceEvents.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { ENDING_SIGNALS = sizeof(ending_signals) / sizeof(ending_signals[0]) };

int swtrace_block_signals(void) {
  sigset_t blocked, taken;
  sigemptyset(&taken);
  for (int index = 0; index < ENDING_SIGNALS; index++) {
    struct sigaction action;
    // A blocked signal is queued even when it is ignored, and nohup(1) ignores SIGHUP.
    int ignores = ending_signals[index] == SIGHUP && sigaction(SIGHUP, NULL, &action) == 0 &&
                  action.sa_handler == SIG_IGN;
    if (!ignores) sigaddset(&taken, ending_signals[index]);
  }
  sigaddset(&taken, SIGUSR1);
  blocked = taken;
  sigaddset(&blocked, SIGPIPE);
  sigaddset(&blocked, SIGXFSZ);
  pthread_sigmask(SIG_BLOCK, &blocked, NULL);
  return signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void *end_at_next_signal(void *context) {
  struct timespec pause_time = {0, (long)(intptr_t)context * 1000000}, none = {0, 0};
  nanosleep(&pause_time, NULL);
  sigset_t set;
  sigemptyset(&set);
  for (int index = 0; index < ENDING_SIGNALS; index++) sigaddset(&set, ending_signals[index]);
  while (sigtimedwait(&set, NULL, &none) > 0) {}
  for (int index = 0; index < ENDING_SIGNALS; index++) signal(ending_signals[index], SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  for (;;) pause();
  return NULL;
}

void swtrace_end_at_next_signal(int milliseconds) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, end_at_next_signal, (void *)(intptr_t)milliseconds) == 0) pthread_detach(thread);
}
