#include "SwtraceHost.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// Itanium C++ ABI: Exception Handling; libstdc++ and libc++abi have it.
extern char *__cxa_demangle(const char *name, char *buffer, size_t *length, int *status);

// libstdc++'s archive has this besides, its shared library does not. It allocates nothing and gives its text in pieces.
extern int __gcclibcxx_demangle_callback(const char *name, void (*take)(const char *, size_t, void *), void *state)
    __attribute__((weak));

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

static long demangle_in_pieces(const char *name, char *bytes, size_t capacity) {
  struct text text = {.bytes = bytes, .capacity = capacity, .length = 0};
  if (setjmp(text.full) != 0) return -1;
  return __gcclibcxx_demangle_callback(name, take, &text) == 0 ? (long)text.length : -1;
}

long swtrace_demangle(const char *name, char *bytes, size_t capacity) {
  if (&__gcclibcxx_demangle_callback != NULL) return demangle_in_pieces(name, bytes, capacity);
  int status = 0;
  char *text = __cxa_demangle(name, NULL, NULL, &status);
  if (text == NULL) return -1;
  size_t length = strlen(text);
  if (length <= capacity) memcpy(bytes, text, length);
  free(text);
  return length <= capacity ? (long)length : -1;
}
