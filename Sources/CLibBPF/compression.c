#include "SwtraceHost.h"

#include <zlib.h>

size_t swtrace_gzip_bound(size_t size) {
  // zlib's bound is that of its own format; gzip's header and trailer are at most 18 bytes (RFC 1952).
  return compressBound(size) + 18;
}

long swtrace_gzip(const uint8_t *bytes, size_t size, uint8_t *packed, size_t capacity) {
  z_stream stream = {0};
  // 16 more than the window's size asks for gzip's format.
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
  stream.next_in = (Bytef *)bytes;
  stream.next_out = packed;
  int result = Z_OK;
  // zlib counts what there is and what there is room for in 32 bits.
  const size_t most = 1 << 30;
  do {
    size_t given = stream.next_in - bytes, taken = stream.next_out - packed;
    stream.avail_in = size - given < most ? (uInt)(size - given) : (uInt)most;
    stream.avail_out = capacity - taken < most ? (uInt)(capacity - taken) : (uInt)most;
    result = deflate(&stream, given + stream.avail_in == size ? Z_FINISH : Z_NO_FLUSH);
  } while (result == Z_OK && stream.next_out < packed + capacity);
  long count = result == Z_STREAM_END ? (long)(stream.next_out - packed) : -1;
  deflateEnd(&stream);
  return count;
}
