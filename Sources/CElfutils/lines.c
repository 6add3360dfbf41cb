#define _GNU_SOURCE
#include "CElfutils.h"

#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// Code from `low` to before `high`, and where in .debug_info what it belongs to is.
struct range {
  uint64_t low, high;
  Dwarf_Off offset;
};

struct ranges {
  struct range *all;
  size_t count, capacity;
};

// A compilation unit whose functions were looked for.
struct unit {
  Dwarf_Off offset;
  // Of the functions: the unit's own, or the one that lies in a file of its own (.dwo).
  Dwarf *dwarf;
  Dwarf_Die die, top;
  struct ranges functions;
  // Whether those inside of other functions are among them.
  int is_complete;
};

struct swtrace_lines {
  Dwarf *dwarf;
  int has_units;
  struct ranges units;
  struct unit *known;
  size_t known_count, known_capacity;
  // What listing the units takes, whenever a file is looked at, and all.
  size_t least_cost, cost;
};

// What of one file is looked at, whatever it claims.
enum {
  MAXIMUM_UNITS = 1 << 18,
  MAXIMUM_RANGES = 1 << 21,
  MAXIMUM_ENTRIES = 1 << 21,
  MAXIMUM_DEPTH = 64,
  // Entries at an address that may begin after the one that it lies in.
  MAXIMUM_OVERLAPS = 16,
  // Bytes that libdw takes, about, for a line, an entry that is looked at, and a unit.
  LINE_COST = 64,
  ENTRY_COST = 2,
  UNIT_COST = 512,
};

struct swtrace_lines *swtrace_lines_open(Dwarf *dwarf) {
  struct swtrace_lines *lines = calloc(1, sizeof(*lines));
  if (lines) lines->dwarf = dwarf;
  return lines;
}

void swtrace_lines_restart(struct swtrace_lines *lines, Dwarf *dwarf) {
  for (size_t index = 0; index < lines->known_count; index++) free(lines->known[index].functions.all);
  free(lines->known);
  lines->known = NULL;
  lines->known_count = lines->known_capacity = 0;
  lines->cost = lines->least_cost;
  lines->dwarf = dwarf;
}

void swtrace_lines_close(struct swtrace_lines *lines) {
  swtrace_lines_restart(lines, NULL);
  free(lines->units.all);
  free(lines);
}

size_t swtrace_lines_cost(const struct swtrace_lines *lines) { return lines->cost; }

size_t swtrace_lines_least_cost(const struct swtrace_lines *lines) { return lines->least_cost; }

static void add(struct ranges *ranges, uint64_t low, uint64_t high, Dwarf_Off offset) {
  // Address 0 is what linkers leave of functions that they dropped.
  if (low >= high || low == 0 || ranges->count >= MAXIMUM_RANGES) return;
  if (ranges->count == ranges->capacity) {
    size_t capacity = ranges->capacity ? 2 * ranges->capacity : 16;
    struct range *all = realloc(ranges->all, capacity * sizeof(*all));
    if (!all) return;
    ranges->all = all;
    ranges->capacity = capacity;
  }
  ranges->all[ranges->count++] = (struct range){low, high, offset};
}

static void add_all(struct ranges *ranges, Dwarf_Die *die) {
  Dwarf_Addr base, low, high;
  ptrdiff_t next = 0;
  for (int count = 0; count < MAXIMUM_RANGES && (next = dwarf_ranges(die, next, &base, &low, &high)) > 0; count++)
    add(ranges, low, high, dwarf_dieoffset(die));
}

static int by_start(const void *left, const void *right) {
  const struct range *one = left, *other = right;
  if (one->low != other->low) return one->low < other->low ? -1 : 1;
  return one->high < other->high ? 1 : one->high > other->high ? -1 : 0;
}

static void sort(struct ranges *ranges) {
  if (ranges->count > 1) qsort(ranges->all, ranges->count, sizeof(struct range), by_start);
}

static const struct range *find(const struct ranges *ranges, uint64_t address) {
  size_t low = 0, high = ranges->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (ranges->all[middle].low <= address) low = middle + 1; else high = middle;
  }
  for (int count = 0; low > 0 && count < MAXIMUM_OVERLAPS; count++)
    if (address < ranges->all[--low].high) return &ranges->all[low];
  return NULL;
}

// Where the code of each unit lies. What .debug_aranges says is not asked: some compilers write none.
static void list_units(struct swtrace_lines *lines) {
  lines->has_units = 1;
  Dwarf_CU *unit = NULL, *next;
  Dwarf_Half version;
  uint8_t kind;
  Dwarf_Die die;
  for (int count = 0; count < MAXIMUM_UNITS; count++) {
    if (dwarf_get_units(lines->dwarf, unit, &next, &version, &kind, &die, NULL) != 0) break;
    unit = next;
    lines->cost += UNIT_COST;
    if (kind == DW_UT_compile || kind == DW_UT_skeleton) add_all(&lines->units, &die);
  }
  lines->cost += lines->units.capacity * sizeof(struct range);
  lines->least_cost = lines->cost;
  sort(&lines->units);
}

static int has_functions(int tag, int is_complete) {
  if (is_complete && (tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block)) return 1;
  return tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
         tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type || tag == DW_TAG_module ||
         tag == DW_TAG_interface_type;
}

// All functions that have code, wherever in namespaces and types they are, and if wanted in other functions.
static size_t list_functions(struct ranges *functions, Dwarf_Die *top, int is_complete) {
  Dwarf_Die path[MAXIMUM_DEPTH];
  int depth = 0;
  size_t count = 0;
  if (dwarf_child(top, &path[0]) != 0) return 0;
  while (count++ < MAXIMUM_ENTRIES) {
    int tag = dwarf_tag(&path[depth]);
    if (tag == DW_TAG_subprogram) add_all(functions, &path[depth]);
    if (has_functions(tag, is_complete) && depth + 1 < MAXIMUM_DEPTH && dwarf_child(&path[depth], &path[depth + 1]) == 0) {
      depth++;
      continue;
    }
    Dwarf_Die next;
    while (dwarf_siblingof(&path[depth], &next) != 0)
      if (--depth < 0) return count;
    path[depth] = next;
  }
  return count;
}

// Whether opening what a path names does not wait, as for the writer of a pipe: libdw opens what files tell it to.
static int can_be_opened(const char *path) {
  struct stat status;
  return stat(path, &status) < 0 || S_ISREG(status.st_mode);
}

int swtrace_is_regular(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

int swtrace_libdw_version(void) {
  const char *version = dwfl_version(NULL), *minor = version ? strchr(version, '.') : NULL;
  return minor ? atoi(version) * 1000 + atoi(minor + 1) : 0;
}

static const char *text(Dwarf_Die *die, unsigned attribute) {
  Dwarf_Attribute place;
  return dwarf_formstring(dwarf_attr(die, attribute, &place));
}

// The same for the file that has the rest of a unit (.dwo): libdw looks for it here and in the folder of the compiler.
int swtrace_can_be_joined(Dwarf_Die *unit) {
  const char *name = text(unit, DW_AT_dwo_name), *folder = text(unit, DW_AT_comp_dir);
  if (!name) name = text(unit, DW_AT_GNU_dwo_name);
  if (!name) return 1;
  char path[8192];
  int length = snprintf(path, sizeof(path), "%s/%s", folder ? folder : ".", name);
  return length > 0 && (size_t)length < sizeof(path) && can_be_opened(name) && can_be_opened(path);
}

static void list(struct swtrace_lines *lines, struct unit *unit, int is_complete) {
  size_t before = unit->functions.capacity;
  unit->functions.count = 0;
  lines->cost += list_functions(&unit->functions, &unit->top, is_complete) * ENTRY_COST;
  lines->cost += (unit->functions.capacity - before) * sizeof(struct range);
  sort(&unit->functions);
  unit->is_complete = is_complete;
}

static struct unit *unit_at(struct swtrace_lines *lines, Dwarf_Off offset) {
  for (size_t index = 0; index < lines->known_count; index++)
    if (lines->known[index].offset == offset) return &lines->known[index];
  if (lines->known_count == lines->known_capacity) {
    size_t capacity = lines->known_capacity ? 2 * lines->known_capacity : 16;
    struct unit *known = realloc(lines->known, capacity * sizeof(*known));
    if (!known) return NULL;
    lines->known = known;
    lines->known_capacity = capacity;
  }
  struct unit unit = {.offset = offset, .dwarf = lines->dwarf};
  Dwarf_Die split = {0};
  if (!dwarf_offdie(lines->dwarf, offset, &unit.die)) return NULL;
  Dwarf_Half version;
  uint8_t kind;
  Dwarf_Die die;
  if (swtrace_can_be_joined(&unit.die) && dwarf_cu_info(unit.die.cu, &version, &kind, &die, &split, NULL, NULL, NULL) == 0 && split.cu) {
    unit.dwarf = dwarf_cu_getdwarf(split.cu);
    unit.top = split;
  } else {
    unit.top = unit.die;
  }
  list(lines, &unit, 0);
  Dwarf_Lines *table;
  size_t count;
  if (dwarf_getsrclines(&unit.die, &table, &count) == 0) lines->cost += count * LINE_COST;
  lines->known[lines->known_count] = unit;
  return &lines->known[lines->known_count++];
}

// As the symbol table would have it, else as the source has it.
static const char *name_of(Dwarf_Die *die) {
  Dwarf_Attribute attribute;
  if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) ||
      dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute)) {
    const char *name = dwarf_formstring(&attribute);
    if (name) return name;
  }
  return dwarf_diename(die);
}

static uint64_t number(Dwarf_Die *die, unsigned attribute) {
  Dwarf_Attribute place;
  Dwarf_Word value;
  if (!dwarf_attr(die, attribute, &place) || dwarf_formudata(&place, &value) != 0) return 0;
  return value;
}

// Where the function that became part of another was called.
static void take_call(Dwarf_Die *die, struct swtrace_place *caller) {
  Dwarf_Die unit;
  Dwarf_Files *files;
  size_t count;
  uint64_t file = number(die, DW_AT_call_file);
  if (dwarf_diecu(die, &unit, NULL, NULL) && dwarf_getsrcfiles(&unit, &files, &count) == 0 && file < count)
    caller->file = dwarf_filesrc(files, file, NULL, NULL);
  caller->line = number(die, DW_AT_call_line);
  caller->column = number(die, DW_AT_call_column);
}

// From the function inwards: the entries of what was inlined at an address.
static int inlined_at(Dwarf_Die *function, uint64_t address, Dwarf_Die *found, int capacity) {
  Dwarf_Die scope = *function, die;
  int count = 0, depth = 0, looked = 0;
  while (depth++ < MAXIMUM_DEPTH && count < capacity && dwarf_child(&scope, &die) == 0) {
    int is_inside = 0;
    do {
      int tag = dwarf_tag(&die);
      is_inside = (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
                   tag == DW_TAG_catch_block) && dwarf_haspc(&die, address) > 0;
      if (is_inside || looked++ >= MAXIMUM_ENTRIES) break;
      Dwarf_Die next;
      if (dwarf_siblingof(&die, &next) != 0) break;
      die = next;
    } while (1);
    if (!is_inside) break;
    if (dwarf_tag(&die) == DW_TAG_inlined_subroutine) found[count++] = die;
    scope = die;
  }
  return count;
}

int swtrace_lines_find(
    struct swtrace_lines *lines, uint64_t address, struct swtrace_place *places, int capacity) {
  if (capacity < 1) return 0;
  if (!lines->has_units) list_units(lines);
  const struct range *range = find(&lines->units, address);
  struct unit *unit = range ? unit_at(lines, range->offset) : NULL;
  if (!unit) return 0;
  memset(places, 0, (size_t)capacity * sizeof(*places));
  Dwarf_Die inlined[MAXIMUM_DEPTH], function;
  int count = 0;
  const struct range *body = find(&unit->functions, address);
  if (!body && !unit->is_complete) {
    list(lines, unit, 1);
    body = find(&unit->functions, address);
  }
  if (body && dwarf_offdie(unit->dwarf, body->offset, &function)) {
    count = inlined_at(&function, address, inlined, capacity - 1 < MAXIMUM_DEPTH ? capacity - 1 : MAXIMUM_DEPTH);
    places[count].name = name_of(&function);
  }
  Dwarf_Line *line = dwarf_getsrc_die(&unit->die, address);
  if (line) {
    int row = 0, column = 0;
    places[0].file = dwarf_linesrc(line, NULL, NULL);
    dwarf_lineno(line, &row);
    dwarf_linecol(line, &column);
    places[0].line = (uint64_t)(row > 0 ? row : 0);
    places[0].column = (uint64_t)(column > 0 ? column : 0);
  }
  const char *folder = text(&unit->die, DW_AT_comp_dir);
  for (int index = 0; index <= count; index++) places[index].folder = folder;
  for (int index = 0; index < count; index++) {
    Dwarf_Die *die = &inlined[count - 1 - index];
    places[index].name = name_of(die);
    places[index].is_inlined = 1;
    take_call(die, &places[index + 1]);
  }
  return count + 1;
}
