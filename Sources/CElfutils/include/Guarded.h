#pragma once

// libdw's functions with a guard: what they crash over ends in their failure, and in `swtrace_libdw_crashed`.

#include <stdbool.h>

#include <elfutils/libdw.h>

// What it returns, its name, its parameters, the arguments of its call, and what stands for a failure.
#define SWTRACE_LIBDW(F)                                                                                               \
  F(Dwarf_Die *, dwarf_addrdie, (Dwarf * file, Dwarf_Addr address, Dwarf_Die *result), (file, address, result), NULL)  \
  F(Dwarf_Attribute *, dwarf_attr, (Dwarf_Die * die, unsigned name, Dwarf_Attribute *result), (die, name, result),     \
    NULL)                                                                                                              \
  F(Dwarf_Attribute *, dwarf_attr_integrate, (Dwarf_Die * die, unsigned name, Dwarf_Attribute *result),                \
    (die, name, result), NULL)                                                                                         \
  F(int, dwarf_can_be_joined, (Dwarf_Die * unit), (unit), 0)                                                           \
  F(int, dwarf_cfi_addrframe, (Dwarf_CFI * cache, Dwarf_Addr address, Dwarf_Frame **frame), (cache, address, frame),   \
    -1)                                                                                                                \
  F(int, dwarf_child, (Dwarf_Die * die, Dwarf_Die *result), (die, result), -1)                                         \
  F(Dwarf *, dwarf_cu_getdwarf, (Dwarf_CU * unit), (unit), NULL)                                                       \
  F(int, dwarf_cu_info,                                                                                                \
    (Dwarf_CU * unit, Dwarf_Half *version, uint8_t *type, Dwarf_Die *die, Dwarf_Die *split, uint64_t *identifier,      \
     uint8_t *address_size, uint8_t *offset_size),                                                                     \
    (unit, version, type, die, split, identifier, address_size, offset_size), -1)                                      \
  F(Dwarf_Die *, dwarf_diecu, (Dwarf_Die * die, Dwarf_Die *result, uint8_t *address_size, uint8_t *offset_size),       \
    (die, result, address_size, offset_size), NULL)                                                                    \
  F(const char *, dwarf_diename, (Dwarf_Die * die), (die), NULL)                                                       \
  F(Dwarf_Off, dwarf_dieoffset, (Dwarf_Die * die), (die), 0)                                                           \
  F(const char *, dwarf_filesrc, (Dwarf_Files * files, size_t index, Dwarf_Word *time, Dwarf_Word *length),            \
    (files, index, time, length), NULL)                                                                                \
  F(int, dwarf_formaddr, (Dwarf_Attribute * attribute, Dwarf_Addr *result), (attribute, result), -1)                   \
  F(int, dwarf_formflag, (Dwarf_Attribute * attribute, bool *result), (attribute, result), -1)                         \
  F(Dwarf_Die *, dwarf_formref_die, (Dwarf_Attribute * attribute, Dwarf_Die *result), (attribute, result), NULL)       \
  F(int, dwarf_formsdata, (Dwarf_Attribute * attribute, Dwarf_Sword *result), (attribute, result), -1)                 \
  F(const char *, dwarf_formstring, (Dwarf_Attribute * attribute), (attribute), NULL)                                  \
  F(int, dwarf_formudata, (Dwarf_Attribute * attribute, Dwarf_Word *result), (attribute, result), -1)                  \
  F(int, dwarf_frame_cfa, (Dwarf_Frame * frame, Dwarf_Op **operations, size_t *count), (frame, operations, count), -1) \
  F(int, dwarf_get_units,                                                                                              \
    (Dwarf * file, Dwarf_CU *unit, Dwarf_CU **next, Dwarf_Half *version, uint8_t *type, Dwarf_Die *die,                \
     Dwarf_Die *split),                                                                                                \
    (file, unit, next, version, type, die, split), -1)                                                                 \
  F(Dwarf *, dwarf_getalt, (Dwarf * file), (file), NULL)                                                               \
  F(Dwarf_CFI *, dwarf_getcfi, (Dwarf * file), (file), NULL)                                                           \
  F(Dwarf_CFI *, dwarf_getcfi_elf, (Elf * file), (file), NULL)                                                         \
  F(int, dwarf_getlocation, (Dwarf_Attribute * attribute, Dwarf_Op **operations, size_t *count),                       \
    (attribute, operations, count), -1)                                                                                \
  F(int, dwarf_getlocation_addr,                                                                                       \
    (Dwarf_Attribute * attribute, Dwarf_Addr address, Dwarf_Op **operations, size_t *counts, size_t capacity),         \
    (attribute, address, operations, counts, capacity), -1)                                                            \
  F(int, dwarf_getsrcfiles, (Dwarf_Die * unit, Dwarf_Files **files, size_t *count), (unit, files, count), -1)          \
  F(int, dwarf_getsrclines, (Dwarf_Die * unit, Dwarf_Lines **lines, size_t *count), (unit, lines, count), -1)          \
  F(int, dwarf_haspc, (Dwarf_Die * die, Dwarf_Addr address), (die, address), -1)                                       \
  F(int, dwarf_lineaddr, (Dwarf_Line * line, Dwarf_Addr *address), (line, address), -1)                                \
  F(int, dwarf_linebeginstatement, (Dwarf_Line * line, bool *result), (line, result), -1)                              \
  F(int, dwarf_linecol, (Dwarf_Line * line, int *column), (line, column), -1)                                          \
  F(int, dwarf_lineendsequence, (Dwarf_Line * line, bool *result), (line, result), -1)                                 \
  F(int, dwarf_lineno, (Dwarf_Line * line, int *number), (line, number), -1)                                           \
  F(const char *, dwarf_linesrc, (Dwarf_Line * line, Dwarf_Word *time, Dwarf_Word *length), (line, time, length),      \
    NULL)                                                                                                              \
  F(Dwarf_Die *, dwarf_offdie, (Dwarf * file, Dwarf_Off offset, Dwarf_Die *result), (file, offset, result), NULL)      \
  F(Dwarf_Die *, dwarf_offdie_types, (Dwarf * file, Dwarf_Off offset, Dwarf_Die *result), (file, offset, result),      \
    NULL)                                                                                                              \
  F(Dwarf_Line *, dwarf_onesrcline, (Dwarf_Lines * lines, size_t index), (lines, index), NULL)                         \
  F(ptrdiff_t, dwarf_ranges,                                                                                           \
    (Dwarf_Die * die, ptrdiff_t position, Dwarf_Addr *base, Dwarf_Addr *start, Dwarf_Addr *end),                       \
    (die, position, base, start, end), -1)                                                                             \
  F(int, dwarf_siblingof, (Dwarf_Die * die, Dwarf_Die *result), (die, result), -1)                                     \
  F(int, dwarf_tag, (Dwarf_Die * die), (die), 0)                                                                       \
  F(unsigned, dwarf_whatform, (Dwarf_Attribute * attribute), (attribute), 0)                                           \
  F(int, inline_instances, (Dwarf_Die * function, Dwarf_Die **instances, size_t limit), (function, instances, limit), 0)

#define SWTRACE_DECLARED(type, name, parameters, arguments, failure) type swtrace_##name parameters;
SWTRACE_LIBDW(SWTRACE_DECLARED)
#undef SWTRACE_DECLARED

// Forgets what crashed before: the functions may be asked again, of another file. All of this is of the calling thread.
void swtrace_libdw_begin(void);

// Whether one of the functions crashed since then. None of them does anything from then on.
bool swtrace_libdw_crashed(void);
