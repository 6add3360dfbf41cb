#pragma once

// elfutils' libelf and libdw as Swift sees them, and what both need of files that may change while they are read.

#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <gelf.h>
#include <libelf.h>

#include "Guarded.h"

// A private mapping of the first `size` bytes of a file, or NULL and errno. What the file loses while it is mapped reads as
// zeroes, where the kernel would end the process (SIGBUS).
void *swtrace_map_file(int descriptor, size_t size);

void swtrace_unmap_file(void *start, size_t size);

// The same of a whole file as libelf maps it, which knows its descriptor; that stays open as long.
Elf *swtrace_open_elf(int descriptor);

void swtrace_close_elf(Elf *elf);

// The version of libdw: 191 of 0.191.
int swtrace_libdw_version(void);

// Whether a file is regular, which opening by its path does not wait for.
int swtrace_is_regular(const char *path);

// sem_clockwait(3), which glibc (2.30) declares for _GNU_SOURCE only.
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline);

// A descriptor of what a path names that is good for no reading (O_PATH), so that nothing happens to it; or -1 and errno.
int swtrace_open_place(const char *path);

// The same, but of a symbolic link that the path names itself.
int swtrace_open_link(const char *path);

// The same of what a path names in the tree below `root`, which symbolic links do not leave.
int swtrace_open_in_root(int root, const char *path);

// The same, but of a symbolic link that the path names itself.
int swtrace_open_link_in_root(int root, const char *path);

// What a mangled name stands for, without a terminator: how many bytes, or -1 for what is none or does not fit. The last two
// take memory as the name makes them: their callers bound it.
long swtrace_demangle_cpp(const char *name, char *bytes, size_t capacity);
long swtrace_demangle_rust(const char *name, char *bytes, size_t capacity);
long swtrace_demangle_d(const char *name, char *bytes, size_t capacity);
long swtrace_demangle_swift(const char *name, char *bytes, size_t capacity);

// A file without a name that has what an xz stream unpacks to: its descriptor, or -1 when that takes more memory or is
// longer than allowed.
int swtrace_unpack_xz(const uint8_t *bytes, size_t size, uint64_t memory, uint64_t limit);

// A file without a name that has these bytes: its descriptor, or -1.
int swtrace_memory_file(const void *bytes, size_t size);

// The checksum of .gnu_debuglink, continued from that of what came before, 0 at first.
uint32_t swtrace_crc32(uint32_t sum, const void *bytes, size_t size);

// The numbers of a device, which macros give.
static inline uint32_t swtrace_major(uint64_t device) { return major(device); }
static inline uint32_t swtrace_minor(uint64_t device) { return minor(device); }

// What libdw finds at addresses of a file.
struct swtrace_lines;

// A place in the source of code: in a function, the file or the name of which may be unknown (NULL).
struct swtrace_place {
  const char *name;
  const char *file;
  // What the file's path is relative to, where it is.
  const char *folder;
  uint64_t line, column;
  // Whether the function became part of the next place's.
  int is_inlined;
};

// Whether libdw may be asked for the rest of a unit (dwarf_cu_info): not where it would open what holds it up.
int swtrace_can_be_joined(Dwarf_Die *unit);

// NULL when there is no memory.
struct swtrace_lines *swtrace_lines_open(Dwarf *dwarf);
void swtrace_lines_close(struct swtrace_lines *lines);

// Goes on with the same file opened anew.
void swtrace_lines_restart(struct swtrace_lines *lines, Dwarf *dwarf);

// The memory that it and libdw take, about, in bytes.
size_t swtrace_lines_cost(const struct swtrace_lines *lines);

// What of it a restart does not give back.
size_t swtrace_lines_least_cost(const struct swtrace_lines *lines);

// The functions that an address lies in, innermost first: how many. Their texts are libdw's.
int swtrace_lines_find(
    struct swtrace_lines *lines, uint64_t address, struct swtrace_place *places, int capacity);

// Does work whose crash ends just the work: 0, or -1 when it crashed. What it used is not to be used again, nor given back.
int swtrace_guarded(void (*work)(void *), void *context);

// The same as `swtrace_lines_find`, guarded, with the texts copied to `text`; -1 when it crashed.
int swtrace_lines_find_guarded(
    struct swtrace_lines *lines, uint64_t address, struct swtrace_place *places, int capacity, char *text, size_t size);

// The file's debug information, or NULL when it has none or libdw crashed on it. What it refers to in a supplementary file
// (dwz -m) is that of `supplement`, which stays open as long, or is not there (NULL).
Dwarf *swtrace_dwarf_guarded(Elf *elf, Dwarf *supplement);

// What libdw knows of the frame of code at an address (swtrace_frame_at).

enum swtrace_location_kind {
  // Nothing that is told here.
  SWTRACE_LOCATION_OTHER,
  // In its register still.
  SWTRACE_LOCATION_UNCHANGED,
  // Lost; of a return address, that there is no caller.
  SWTRACE_LOCATION_UNDEFINED,
  // So many bytes from the CFA.
  SWTRACE_LOCATION_AT_FRAME,
  // So many bytes from a register; or at what is read there.
  SWTRACE_LOCATION_DISTANCE,
  SWTRACE_LOCATION_READ,
  // An entry of a procedure linkage table, of 16 bytes, in which a word is pushed before the byte `offset`.
  SWTRACE_LOCATION_LINKAGE,
};

struct swtrace_location {
  enum swtrace_location_kind kind;
  int reg;
  int64_t offset;
};

struct swtrace_frame {
  // The addresses that the same holds for.
  uint64_t start, end;
  struct swtrace_location cfa, return_address, frame_pointer;
};

// libdw crashed over what the file has, and is not to be asked again.
enum { SWTRACE_FRAME_CRASHED = -2 };

// 0, -1 where nothing is known of the address, or SWTRACE_FRAME_CRASHED. Registers have their numbers in DWARF.
int swtrace_frame_at(
    Dwarf_CFI *cache, uint64_t address, int return_address, int frame_pointer, struct swtrace_frame *answer);

// dwarf_next_cfi of a section `.eh_frame` or `.debug_frame`; 1, that there are no more, where it crashed as well.
int swtrace_next_frame_entry(
    const void *identity, Elf_Data *data, int is_debug_frame, uint64_t offset, uint64_t *next, Dwarf_CFI_Entry *entry);
