#define _GNU_SOURCE
#include "CElfutils.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

// What is mapped: a handler of signals may take no lock, so that places are taken and given back by their start alone.
enum { MAXIMUM_MAPPINGS = 4096 };
static struct mapping {
  atomic_uintptr_t start;
  atomic_size_t size;
} mappings[MAXIMUM_MAPPINGS];

static struct sigaction previous;
static size_t page_size;

static int is_mapped(uintptr_t address) {
  for (int index = 0; index < MAXIMUM_MAPPINGS; index++) {
    uintptr_t start = atomic_load(&mappings[index].start);
    if (start != 0 && address >= start && address - start < atomic_load(&mappings[index].size)) return 1;
  }
  return 0;
}

// A page that the file no longer has becomes one of zeroes.
static void on_bus_error(int signal, siginfo_t *information, void *context) {
  int error = errno;
  uintptr_t page = (uintptr_t)information->si_addr & ~(page_size - 1);
  if (information->si_code == BUS_ADRERR && is_mapped(page) &&
      mmap((void *)page, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
          MAP_FAILED) {
    errno = error;
    return;
  }
  if (previous.sa_flags & SA_SIGINFO) return previous.sa_sigaction(signal, information, context);
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) return previous.sa_handler(signal);
  // The access is made again, and ends the process this time.
  sigaction(signal, &previous, NULL);
}

static void prepare(void) {
  page_size = (size_t)sysconf(_SC_PAGESIZE);
  struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
  sigaction(SIGBUS, &action, &previous);
  elf_version(EV_CURRENT);
}

void *swtrace_map_file(int descriptor, size_t size) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare);
  void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0);
  if (start == MAP_FAILED) return NULL;
  for (int index = 0; index < MAXIMUM_MAPPINGS; index++) {
    uintptr_t none = 0;
    if (!atomic_compare_exchange_strong(&mappings[index].start, &none, (uintptr_t)start)) continue;
    atomic_store(&mappings[index].size, size);
    return start;
  }
  munmap(start, size);
  errno = EMFILE;
  return NULL;
}

void swtrace_unmap_file(void *start, size_t size) {
  munmap(start, size);
  for (int index = 0; index < MAXIMUM_MAPPINGS; index++) {
    if (atomic_load(&mappings[index].start) != (uintptr_t)start) continue;
    atomic_store(&mappings[index].size, 0);
    atomic_store(&mappings[index].start, 0);
    return;
  }
}
