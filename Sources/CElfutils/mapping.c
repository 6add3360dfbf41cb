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

// The page after the file's last one has zeroes, so that a text at its end has an end.
static void *map_with_end(int descriptor, size_t size) {
  size_t whole = (size + page_size - 1) / page_size * page_size;
  if (whole < size || whole + page_size < whole) {
    errno = EFBIG;
    return MAP_FAILED;
  }
  char *start = mmap(NULL, whole + page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return MAP_FAILED;
  if (mmap(start, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, descriptor, 0) != MAP_FAILED) return start;
  int error = errno;
  munmap(start, whole + page_size);
  errno = error;
  return MAP_FAILED;
}

static void unmap(void *start, size_t size) { munmap(start, (size + page_size - 1) / page_size * page_size + page_size); }

static void prepare_once(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare);
}

static int note(void *start, size_t size) {
  for (int index = 0; index < MAXIMUM_MAPPINGS; index++) {
    uintptr_t none = 0;
    if (!atomic_compare_exchange_strong(&mappings[index].start, &none, (uintptr_t)start)) continue;
    atomic_store(&mappings[index].size, size);
    return 0;
  }
  errno = EMFILE;
  return -1;
}

static void forget(void *start) {
  for (int index = 0; index < MAXIMUM_MAPPINGS; index++) {
    if (atomic_load(&mappings[index].start) != (uintptr_t)start) continue;
    atomic_store(&mappings[index].size, 0);
    atomic_store(&mappings[index].start, 0);
    return;
  }
}

void *swtrace_map_file(int descriptor, size_t size) {
  prepare_once();
  void *start = map_with_end(descriptor, size);
  if (start == MAP_FAILED) return NULL;
  if (note(start, size) == 0) return start;
  unmap(start, size);
  errno = EMFILE;
  return NULL;
}

void swtrace_unmap_file(void *start, size_t size) {
  unmap(start, size);
  forget(start);
}

Elf *swtrace_open_elf(int descriptor) {
  prepare_once();
  Elf *elf = elf_begin(descriptor, ELF_C_READ_MMAP, NULL);
  size_t size = 0;
  char *start = elf ? elf_rawfile(elf, &size) : NULL;
  if (start && note(start, size) == 0) return elf;
  elf_end(elf);
  return NULL;
}

void swtrace_close_elf(Elf *elf) {
  size_t size = 0;
  char *start = elf_rawfile(elf, &size);
  if (start) forget(start);
  elf_end(elf);
}
