#define _GNU_SOURCE
#include "CElfutils.h"

#include <errno.h>
#include <lzma.h>
#include <sys/mman.h>
#include <zlib.h>

enum { PIECE = 1 << 16 };

static int write_all(int file, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(file, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return -1;
    bytes += written;
    count -= (size_t)written;
  }
  return 0;
}

static int unpack(lzma_stream *stream, int file, uint64_t limit) {
  uint8_t piece[PIECE];
  for (;;) {
    stream->next_out = piece;
    stream->avail_out = PIECE;
    lzma_ret result = lzma_code(stream, LZMA_FINISH);
    if ((result != LZMA_OK && result != LZMA_STREAM_END) || stream->total_out > limit) return -1;
    if (write_all(file, piece, PIECE - stream->avail_out) < 0) return -1;
    if (result == LZMA_STREAM_END) return 0;
  }
}

int swtrace_unpack_xz(const uint8_t *bytes, size_t size, uint64_t memory, uint64_t limit) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, memory, 0) != LZMA_OK) return -1;
  int file = memfd_create("debugdata", MFD_CLOEXEC);
  stream.next_in = bytes;
  stream.avail_in = size;
  if (file >= 0 && unpack(&stream, file, limit) < 0) {
    close(file);
    file = -1;
  }
  lzma_end(&stream);
  return file;
}

int swtrace_memory_file(const void *bytes, size_t size) {
  int file = memfd_create("image", MFD_CLOEXEC);
  if (file < 0 || write_all(file, bytes, size) == 0) return file;
  close(file);
  return -1;
}

uint32_t swtrace_crc32(uint32_t sum, const void *bytes, size_t size) {
  return (uint32_t)crc32_z(sum, bytes, size);
}
