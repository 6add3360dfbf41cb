#define _GNU_SOURCE
#include "CElfutils.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"

__thread sigjmp_buf *swtrace_rescue;

// Bytes of a name; a longer one is cut.
enum { MAXIMUM_TEXT = 4096 };

// Bytes for the handler of a signal; the processor's registers alone may take 11 KiB (AVX-512, AMX).
enum { SIGNAL_STACK = 64 << 10 };

static const int signals[] = {SIGSEGV, SIGABRT, SIGFPE, SIGBUS};
enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };
static struct sigaction previous[SIGNALS];

static void on_signal(int signal, siginfo_t *information, void *context) {
  if (swtrace_rescue) siglongjmp(*swtrace_rescue, 1);
  for (int index = 0; index < SIGNALS; index++) {
    if (signals[index] != signal) continue;
    struct sigaction *action = &previous[index];
    if (action->sa_flags & SA_SIGINFO) return action->sa_sigaction(signal, information, context);
    if (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN) return action->sa_handler(signal);
    // What brought the signal happens again, and ends the process this time.
    sigaction(signal, action, NULL);
    if (information->si_code <= 0) raise(signal);
  }
}

static void prepare(void) {
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
  for (int index = 0; index < SIGNALS; index++) sigaction(signals[index], &action, &previous[index]);
}

static pthread_key_t stacks;

static void free_stack(void *start) {
  const stack_t none = {.ss_flags = SS_DISABLE};
  sigaltstack(&none, NULL);
  free(start);
}

static void prepare_process(void) {
  prepare();
  pthread_key_create(&stacks, free_stack);
}

// libdw goes into entries within entries by calls, as deep as the file has them: where the stack ends, signals need another.
static void prepare_thread(void) {
  static __thread bool is_prepared;
  if (is_prepared) return;
  is_prepared = true;
  stack_t known;
  if (sigaltstack(NULL, &known) != 0 || !(known.ss_flags & SS_DISABLE)) return;
  stack_t stack = {.ss_sp = malloc(SIGNAL_STACK), .ss_size = SIGNAL_STACK};
  if (!stack.ss_sp) return;
  if (sigaltstack(&stack, NULL) != 0 || pthread_setspecific(stacks, stack.ss_sp) != 0) free_stack(stack.ss_sp);
}

void swtrace_prepare_rescue(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare_process);
  prepare_thread();
}

int swtrace_guarded(void (*work)(void *), void *context) {
  swtrace_prepare_rescue();
  sigjmp_buf place;
  sigjmp_buf *outer = swtrace_rescue;
  int code = sigsetjmp(place, 0);
  if (code == 0) {
    swtrace_rescue = &place;
    work(context);
  }
  swtrace_rescue = outer;
  return code == 0 ? 0 : -1;
}

struct finding {
  struct swtrace_lines *lines;
  uint64_t address;
  struct swtrace_place *places;
  int capacity, count;
  char *text;
  size_t size;
};

// A copy of two texts, one after the other, the first of which may be none.
static const char *kept(struct finding *finding, const char *folder, const char *text) {
  size_t start = folder ? strnlen(folder, MAXIMUM_TEXT) : 0, length = text ? strnlen(text, MAXIMUM_TEXT) : 0;
  if (length == 0 || start + 1 + length >= finding->size) return NULL;
  char *copy = finding->text, *end = copy;
  if (start > 0) {
    end = mempcpy(end, folder, start);
    if (end[-1] != '/') *end++ = '/';
  }
  end = mempcpy(end, text, length);
  *end++ = 0;
  finding->text = end;
  finding->size -= (size_t)(end - copy);
  return copy;
}

static void find(void *context) {
  struct finding *finding = context;
  finding->count = swtrace_lines_find(finding->lines, finding->address, finding->places, finding->capacity);
  for (int index = 0; index < finding->count; index++) {
    struct swtrace_place *place = &finding->places[index];
    place->name = kept(finding, NULL, place->name);
    place->file = kept(finding, place->file && place->file[0] != '/' ? place->folder : NULL, place->file);
  }
}

int swtrace_lines_find_guarded(
    struct swtrace_lines *lines, uint64_t address, struct swtrace_place *places, int capacity, char *text, size_t size) {
  struct finding finding = {lines, address, places, capacity, 0, text, size};
  return swtrace_guarded(find, &finding) == 0 ? finding.count : -1;
}

struct opening {
  Elf *elf;
  Dwarf *supplement, *dwarf;
};

// A file that has nothing but what libdw takes for debug information.
static const struct {
  Elf64_Ehdr header;
  Elf64_Shdr sections[3];
  char names[sizeof("\0.debug_line\0.shstrtab")];
} nothing = {
    .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
                           __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB, EV_CURRENT},
               .e_type = ET_REL, .e_version = EV_CURRENT, .e_shoff = sizeof(Elf64_Ehdr),
               .e_ehsize = sizeof(Elf64_Ehdr), .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 3, .e_shstrndx = 2},
    .sections = {{0},
                 {.sh_name = 1, .sh_type = SHT_PROGBITS, .sh_offset = sizeof(Elf64_Ehdr), .sh_size = 1},
                 {.sh_name = sizeof("\0.debug_line"), .sh_type = SHT_STRTAB,
                  .sh_offset = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr),
                  .sh_size = sizeof("\0.debug_line\0.shstrtab")}},
    .names = "\0.debug_line\0.shstrtab",
};

static Dwarf *empty;

static void open_nothing(void) {
  // libelf writes to what it reads only where it is asked to.
  Elf *elf = elf_memory((char *)&nothing, sizeof(nothing));
  empty = elf ? dwarf_begin_elf(elf, DWARF_C_READ, NULL) : NULL;
}

static void open_dwarf(void *context) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_nothing);
  struct opening *opening = context;
  opening->dwarf = dwarf_begin_elf(opening->elf, DWARF_C_READ, NULL);
  // Without one it opens whatever the file names (.gnu_debugaltlink), and waits for the writer of a pipe.
  if (opening->dwarf) dwarf_setalt(opening->dwarf, opening->supplement ? opening->supplement : empty);
}

Dwarf *swtrace_dwarf_guarded(Elf *elf, Dwarf *supplement) {
  struct opening opening = {elf, supplement, NULL};
  if (swtrace_guarded(open_dwarf, &opening) == 0) return opening.dwarf;
  swtrace_libdw_note_crash();
  return NULL;
}
