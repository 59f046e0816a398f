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
