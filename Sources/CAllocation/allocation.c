#include "CAllocation.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer)

// The C library's own allocator, whatever the names below stand for.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static void *given(void *memory, size_t size) {
  if (memory || size == 0) return memory;
  static const char message[] =
      "ERROR: out of memory: the machine, this control group or ulimit -v has no more to give\n";
  (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
  _exit(1);
}

void *malloc(size_t size) { return given(__libc_malloc(size), size); }

void *calloc(size_t count, size_t size) { return given(__libc_calloc(count, size), count && size); }

void *realloc(void *old, size_t size) { return given(__libc_realloc(old, size), size); }

void *memalign(size_t alignment, size_t size) { return given(__libc_memalign(alignment, size), size); }

void *aligned_alloc(size_t alignment, size_t size) { return given(__libc_memalign(alignment, size), size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
  *memory = given(__libc_memalign(alignment, size), size);
  return 0;
}

#endif
