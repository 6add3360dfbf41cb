#include "CElfutils.h"

#include <stdlib.h>

// libdw's view of one place of code, as plain data: what it says stays good after the frame is gone, and a crash over a
// damaged section ends nothing but the question.

// A register and a distance from it.
static int is_distance(const Dwarf_Op *operation, struct swtrace_location *location) {
  if (operation->atom >= DW_OP_breg0 && operation->atom <= DW_OP_breg31) {
    location->reg = operation->atom - DW_OP_breg0;
    location->offset = (int64_t)operation->number;
    return 1;
  }
  if (operation->atom != DW_OP_bregx) return 0;
  location->reg = (int)operation->number;
  location->offset = (int64_t)operation->number2;
  return 1;
}

// What linkers describe their tables by: sp + 8 + ((pc & 15) >= N) * 8.
static int is_linkage(const Dwarf_Op *operations, size_t count, int return_address, struct swtrace_location *location) {
  struct swtrace_location other;
  if (count < 6 || location->offset != 8 || !is_distance(&operations[1], &other) || other.reg != return_address) return 0;
  if (operations[2].atom != DW_OP_lit15 || operations[3].atom != DW_OP_and || operations[5].atom != DW_OP_ge) return 0;
  if (operations[4].atom < DW_OP_lit0 || operations[4].atom > DW_OP_lit15) return 0;
  location->offset = operations[4].atom - DW_OP_lit0;
  return 1;
}

static void take(struct swtrace_location *location, const Dwarf_Op *operations, size_t count, int return_address) {
  location->kind = SWTRACE_LOCATION_OTHER;
  if (count == 0 || !is_distance(&operations[0], location)) return;
  if (count == 1) location->kind = SWTRACE_LOCATION_DISTANCE;
  else if (count == 2 && operations[1].atom == DW_OP_deref) location->kind = SWTRACE_LOCATION_READ;
  else if (is_linkage(operations, count, return_address, location)) location->kind = SWTRACE_LOCATION_LINKAGE;
}

static void take_register(struct swtrace_location *saved, Dwarf_Frame *frame, int number) {
  Dwarf_Op memory[3], *operations = NULL;
  size_t count = 0;
  saved->kind = SWTRACE_LOCATION_OTHER;
  if (dwarf_frame_register(frame, number, memory, &operations, &count) != 0) return;
  if (operations == NULL) {
    saved->kind = SWTRACE_LOCATION_UNCHANGED;
  } else if (count == 0) {
    saved->kind = SWTRACE_LOCATION_UNDEFINED;
  } else {
    // Distances from the CFA begin with it, and other expressions have it to begin with.
    int has_frame = operations[0].atom == DW_OP_call_frame_cfa;
    if (has_frame && (count == 1 || (count == 2 && operations[1].atom == DW_OP_plus_uconst))) {
      saved->kind = SWTRACE_LOCATION_AT_FRAME;
      saved->offset = count == 1 ? 0 : (int64_t)operations[1].number;
    } else {
      take(saved, operations + has_frame, count - (size_t)has_frame, -1);
    }
  }
}

struct question {
  Dwarf_CFI *cache;
  uint64_t address;
  int return_address, frame_pointer;
  struct swtrace_frame *answer;
  int code;
};

static void ask(void *context) {
  struct question *question = context;
  struct swtrace_frame *answer = question->answer;
  Dwarf_Frame *frame = NULL;
  question->code = -1;
  if (dwarf_cfi_addrframe(question->cache, question->address, &frame) != 0) return;
  if (dwarf_frame_info(frame, &answer->start, &answer->end, NULL) >= 0) {
    Dwarf_Op *operations = NULL;
    size_t count = 0;
    if (dwarf_frame_cfa(frame, &operations, &count) != 0) count = 0;
    take(&answer->cfa, operations, count, question->return_address);
    take_register(&answer->return_address, frame, question->return_address);
    take_register(&answer->frame_pointer, frame, question->frame_pointer);
    question->code = 0;
  }
  free(frame);
}

int swtrace_frame_at(
    Dwarf_CFI *cache, uint64_t address, int return_address, int frame_pointer, struct swtrace_frame *answer) {
  struct question question = {cache, address, return_address, frame_pointer, answer, -1};
  return swtrace_guarded(ask, &question) == 0 ? question.code : SWTRACE_FRAME_CRASHED;
}

struct step {
  int is_debug_frame;
  const unsigned char *identity;
  Elf_Data *data;
  uint64_t offset, next;
  Dwarf_CFI_Entry *entry;
  int code;
};

static void advance(void *context) {
  struct step *step = context;
  step->code = dwarf_next_cfi(step->identity, step->data, !step->is_debug_frame, step->offset, &step->next, step->entry);
}

int swtrace_next_frame_entry(
    const void *identity, Elf_Data *data, int is_debug_frame, uint64_t offset, uint64_t *next, Dwarf_CFI_Entry *entry) {
  struct step step = {is_debug_frame, identity, data, offset, offset, entry, -1};
  int code = swtrace_guarded(advance, &step);
  *next = step.next;
  return code == 0 ? step.code : 1;
}
