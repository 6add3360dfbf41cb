#include "Guarded.h"

#include <stdlib.h>

#include "CElfutils.h"
#include "guard.h"

static __thread bool has_crashed;

void swtrace_libdw_begin(void) {
  swtrace_prepare_rescue();
  has_crashed = false;
}

bool swtrace_libdw_crashed(void) { return has_crashed; }

void swtrace_libdw_note_crash(void) { has_crashed = true; }

struct instances {
  Dwarf_Die *dies;
  size_t count, capacity, limit;
};

static int add_instance(Dwarf_Die *instance, void *context) {
  struct instances *found = context;
  if (found->count == found->capacity) {
    size_t capacity = found->capacity ? found->capacity * 2 : 16;
    Dwarf_Die *dies = realloc(found->dies, capacity * sizeof(Dwarf_Die));
    if (!dies) return DWARF_CB_ABORT;
    found->dies = dies;
    found->capacity = capacity;
  }
  found->dies[found->count++] = *instance;
  return found->count < found->limit ? DWARF_CB_OK : DWARF_CB_ABORT;
}

// Where a function has become part of others of its unit: how many; they are to be given back by free().
static int inline_instances(Dwarf_Die *function, Dwarf_Die **instances, size_t limit) {
  struct instances found = {NULL, 0, 0, limit};
  dwarf_func_inline_instances(function, add_instance, &found);
  *instances = found.dies;
  return (int)found.count;
}

// Whether what libdw would open for the rest of a unit is a file: `swtrace_can_be_joined`.
static int dwarf_can_be_joined(Dwarf_Die *unit) { return swtrace_can_be_joined(unit); }

#define DEFINED(type, name, parameters, arguments, failure)                                                            \
  type swtrace_##name parameters {                                                                                     \
    if (has_crashed) return failure;                                                                                   \
    sigjmp_buf place;                                                                                                  \
    sigjmp_buf *outer = swtrace_rescue;                                                                                \
    type volatile answer = failure;                                                                                    \
    if (sigsetjmp(place, 0) == 0) {                                                                                    \
      swtrace_rescue = &place;                                                                                         \
      answer = name arguments;                                                                                         \
    } else {                                                                                                           \
      has_crashed = true;                                                                                              \
    }                                                                                                                  \
    swtrace_rescue = outer;                                                                                            \
    return answer;                                                                                                     \
  }
SWTRACE_LIBDW(DEFINED)
