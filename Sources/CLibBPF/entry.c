#define _GNU_SOURCE
#include "SwtraceHost.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__aarch64__)
typedef struct user_regs_struct registers;
#define PROGRAM_COUNTER(saved) ((saved).pc)
// brk #0, at which the program counter stays.
static const unsigned long trap = 0xd4200000, trap_mask = 0xffffffff, trap_length = 0;
#else
typedef struct user_regs_struct registers;
#define PROGRAM_COUNTER(saved) ((saved).rip)
// int3
static const unsigned long trap = 0xcc, trap_mask = 0xff, trap_length = 1;
#endif

// Where the program of a process begins, behind its dynamic linker; 0 if that cannot be told.
static unsigned long entry_of(pid_t process) {
  char path[32];
  snprintf(path, sizeof(path), "/proc/%d/auxv", process);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  Elf64_auxv_t vector[64];
  ssize_t size = read(file, vector, sizeof(vector));
  close(file);
  for (ssize_t index = 0; size > 0 && index < size / (ssize_t)sizeof(vector[0]); index++)
    if (vector[index].a_type == AT_ENTRY) return vector[index].a_un.a_val;
  return 0;
}

// Waits until a traced process stops, and takes that alone: that one has ended is left to whoever waits for its end.
static int wait_for_stop(pid_t process, int *status) {
  siginfo_t information;
  int result;
  do result = waitid(P_PID, (id_t)process, &information, WEXITED | WSTOPPED | WNOWAIT | __WALL);
  while (result < 0 && errno == EINTR);
  if (result < 0 || (information.si_code != CLD_TRAPPED && information.si_code != CLD_STOPPED)) return -1;
  return waitpid(process, status, __WALL) == process && WIFSTOPPED(*status) ? 0 : -1;
}

int swtrace_follow_exec(pid_t process) {
  return (int)ptrace(PTRACE_SEIZE, process, NULL, (void *)PTRACE_O_TRACEEXEC);
}

void swtrace_let_go(pid_t process) { ptrace(PTRACE_DETACH, process, NULL, NULL); }

// Goes on until a signal of its own kind stops the process, and passes others on.
static int go_on_to_trap(pid_t process) {
  int status, signal = 0;
  for (;;) {
    if (ptrace(PTRACE_CONT, process, NULL, (void *)(long)signal) < 0 || wait_for_stop(process, &status) < 0) return -1;
    int event = status >> 16;
    signal = event == 0 ? WSTOPSIG(status) : 0;
    if (signal == SIGTRAP) return 0;
  }
}

int swtrace_run_to_entry(pid_t process) {
  int status;
  if (wait_for_stop(process, &status) < 0) return -1;
  if (status >> 8 != (SIGTRAP | (PTRACE_EVENT_EXEC << 8))) return -1;
  unsigned long entry = entry_of(process);
  if (entry == 0) return -1;
  errno = 0;
  long word = ptrace(PTRACE_PEEKTEXT, process, (void *)entry, NULL);
  if (errno != 0) return -1;
  unsigned long trapping = ((unsigned long)word & ~trap_mask) | trap;
  if (ptrace(PTRACE_POKETEXT, process, (void *)entry, (void *)trapping) < 0) return -1;
  if (go_on_to_trap(process) < 0) return -1;
  ptrace(PTRACE_POKETEXT, process, (void *)entry, (void *)word);
  registers saved;
  struct iovec all = {&saved, sizeof(saved)};
  if (ptrace(PTRACE_GETREGSET, process, (void *)NT_PRSTATUS, &all) < 0 || all.iov_len != sizeof(saved)) return -1;
  if (PROGRAM_COUNTER(saved) != entry + trap_length) return -1;
  PROGRAM_COUNTER(saved) = entry;
  return (int)ptrace(PTRACE_SETREGSET, process, (void *)NT_PRSTATUS, &all);
}
