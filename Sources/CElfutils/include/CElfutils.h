#pragma once

// elfutils' libelf and libdw as Swift sees them, and what both need of files that may change while they are read.

#include <stddef.h>
#include <stdint.h>

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <gelf.h>
#include <libelf.h>

// A private mapping of the first `size` bytes of a file, or NULL and errno. What the file loses while it is mapped reads as
// zeroes, where the kernel would end the process (SIGBUS).
void *swtrace_map_file(int descriptor, size_t size);

void swtrace_unmap_file(void *start, size_t size);
