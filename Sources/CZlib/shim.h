#pragma once
#include <zlib.h>

// zlib's initialisers are macros, which Swift does not see.

// Reads zlib and gzip streams, told apart by their header.
static inline int stint_inflate_init(z_stream *stream) {
    return inflateInit2(stream, MAX_WBITS + 32);
}

// Reads deflate data without a header.
static inline int stint_inflate_init_raw(z_stream *stream) {
    return inflateInit2(stream, -MAX_WBITS);
}

// Writes a gzip stream.
static inline int stint_deflate_init_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
}
