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

// The members of a stream, which Swift takes for those of another library where that has zlib in a
// module of its own, as gRPC's transport does.

static inline z_stream stint_stream(void) {
    z_stream stream = {0};
    return stream;
}

// zlib does not write through its pointer to the input; the type is older than `const`.
static inline void stint_set_input(z_stream *stream, const void *bytes, unsigned count) {
    stream->next_in = (Bytef *)bytes;
    stream->avail_in = count;
}

static inline void stint_set_output(z_stream *stream, void *bytes, unsigned count) {
    stream->next_out = (Bytef *)bytes;
    stream->avail_out = count;
}

// Bytes of the input that were not read yet.
static inline unsigned stint_unread(const z_stream *stream) { return stream->avail_in; }

// Bytes of the output that were not written yet.
static inline unsigned stint_unwritten(const z_stream *stream) { return stream->avail_out; }
