// What stands in for parts of libraries that are newer than the machine's own (fetch-elfutils.sh).

#define _GNU_SOURCE
#include <search.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

// glibc 2.38 has its own names for what reads "0b1" as a number, too, as C23 wants; the files read here have none.

int __isoc23_fscanf(FILE *file, const char *format, ...) {
  va_list values;
  va_start(values, format);
  int count = vfscanf(file, format, values);
  va_end(values);
  return count;
}

int __isoc23_sscanf(const char *text, const char *format, ...) {
  va_list values;
  va_start(values, format);
  int count = vsscanf(text, format, values);
  va_end(values);
  return count;
}

long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }

unsigned long __isoc23_strtoul(const char *text, char **end, int base) { return strtoul(text, end, base); }

long long __isoc23_strtoll(const char *text, char **end, int base) { return strtoll(text, end, base); }

unsigned long long __isoc23_strtoull(const char *text, char **end, int base) { return strtoull(text, end, base); }

// The archives of elfutils are without the functions by which their trees are searched. One thread uses a file at a time
// (DebugImage), so that they need no lock.

struct tree {
  void *root;
};

typedef int compare(const void *, const void *);

void eu_search_tree_init(struct tree *tree) { tree->root = NULL; }

void eu_search_tree_fini(struct tree *tree, void (*release)(void *)) {
  tdestroy(tree->root, release);
  tree->root = NULL;
}

void eu_tdestroy(struct tree *tree, void (*release)(void *)) { eu_search_tree_fini(tree, release); }

void *eu_tsearch(const void *key, struct tree *tree, compare *compare) { return tsearch(key, &tree->root, compare); }

void *eu_tfind(const void *key, struct tree *tree, compare *compare) { return tfind(key, &tree->root, compare); }

void *eu_tdelete(const void *key, struct tree *tree, compare *compare) { return tdelete(key, &tree->root, compare); }

// libelf's elf_compress, which is for writers, would bring half a megabyte of zstd's compressor along.

void *ZSTD_createCCtx(void) { return NULL; }

size_t ZSTD_freeCCtx(void *context) {
  (void)context;
  return 0;
}

// ZSTD_error_GENERIC, as such functions give it.
size_t ZSTD_compressStream2(void *context, void *output, void *input, int directive) {
  (void)context, (void)output, (void)input, (void)directive;
  return (size_t)-1;
}
