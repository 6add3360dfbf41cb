#include "CElfutils.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// Swift's runtime has this, which C does not declare.
extern char *swift_demangle(const char *name, size_t length, char *buffer, size_t *capacity, uint32_t flags);

struct text {
  char *bytes;
  size_t capacity;
  size_t length;
  jmp_buf full;
};

// A short name can stand for one of any length: references to its own parts double it time and again.
static void take(const char *piece, size_t length, void *state) {
  struct text *text = state;
  if (length > text->capacity - text->length) longjmp(text->full, 1);
  memcpy(text->bytes + text->length, piece, length);
  text->length += length;
}

static long in_pieces(
    int (*demangle)(const char *, int, demangle_callbackref, void *), const char *name, int options, char *bytes,
    size_t capacity) {
  struct text text = {.bytes = bytes, .capacity = capacity, .length = 0};
  if (setjmp(text.full) != 0) return -1;
  return demangle(name, options, take, &text) != 0 ? (long)text.length : -1;
}

static long keep(char *text, char *bytes, size_t capacity) {
  if (text == NULL) return -1;
  size_t length = strlen(text);
  if (length <= capacity) memcpy(bytes, text, length);
  free(text);
  return length <= capacity ? (long)length : -1;
}

long swtrace_demangle_cpp(const char *name, char *bytes, size_t capacity) {
  return in_pieces(cplus_demangle_v3_callback, name, DMGL_PARAMS | DMGL_ANSI, bytes, capacity);
}

long swtrace_demangle_rust(const char *name, char *bytes, size_t capacity) {
  return in_pieces(rust_demangle_callback, name, 0, bytes, capacity);
}

long swtrace_demangle_d(const char *name, char *bytes, size_t capacity) {
  return keep(dlang_demangle(name, 0), bytes, capacity);
}

long swtrace_demangle_swift(const char *name, char *bytes, size_t capacity) {
  return keep(swift_demangle(name, strlen(name), NULL, NULL, 0), bytes, capacity);
}
