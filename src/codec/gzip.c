/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/compress.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

enum { LEVEL = 1, OUTPUT_STEP = 64 << 10, INPUT_STEP = 1 << 30 };

/* The compressor, which is large. */
struct deflater {
    struct isal_zstream stream;
    uint8_t level_buffer[ISAL_DEF_LVL1_DEFAULT];
};

static bool deflate_all(
    struct isal_zstream *stream, struct bytes data, struct buf *out, struct error *error) {
    for (size_t at = 0; stream->internal_state.state != ZSTATE_END;) {
        if (stream->avail_in == 0) {
            size_t size = data.size - at < INPUT_STEP ? data.size - at : INPUT_STEP;
            if (size > 0) /* ISA-L only reads the input, but its field is not const. */
                stream->next_in = (uint8_t *)(uintptr_t)(data.data + at);
            stream->avail_in = (uint32_t)size;
            at += size;
            stream->end_of_stream = at == data.size;
        }
        size_t room = out->limit - out->size < OUTPUT_STEP ? out->limit - out->size : OUTPUT_STEP;
        uint8_t *place = room > 0 ? buf_reserve(out, room) : NULL;
        if (place == NULL)
            return error_set(error, ERROR_LIMIT, "gzip output of more than %zu bytes", out->limit);
        stream->next_out = place;
        stream->avail_out = (uint32_t)room;
        int result = isal_deflate(stream);
        ASSERT(result == COMP_OK);
        buf_commit(out, room - stream->avail_out);
    }
    return true;
}

bool gzip_append(struct buf *out, struct bytes data, struct error *error) {
    size_t size_before = out->size;
    SCOPED(own_free) struct deflater *deflater = MEM_NEW(struct deflater);
    struct isal_zstream *stream = &deflater->stream;
    isal_deflate_init(stream);
    stream->level = LEVEL;
    stream->level_buf = deflater->level_buffer;
    stream->level_buf_size = sizeof deflater->level_buffer;
    stream->gzip_flag = IGZIP_GZIP;
    stream->flush = NO_FLUSH;
    bool done = deflate_all(stream, data, out, error);
    if (!done)
        out->size = size_before;
    return done;
}

bool gzip_is(struct bytes data) {
    return data.size >= 2 && data.data[0] == 0x1f && data.data[1] == 0x8b;
}

/* deflate cannot expand by more than this, so a claim past it is false. */
enum { EXPANSION_MAX = 1032 };

/* How many bytes to try first: the last four say how many the last member has, modulo 2^32. */
static size_t first_guess(struct bytes data, size_t room) {
    enum { FRAME_SIZE_MIN = 18, GUESS_MIN = 64 };
    size_t claimed = data.size < FRAME_SIZE_MIN ? 0 : load_u32(data.data + data.size - 4);
    if (claimed / EXPANSION_MAX > data.size)
        claimed = data.size * EXPANSION_MAX;
    claimed = claimed < GUESS_MIN ? GUESS_MIN : claimed;
    return claimed < room ? claimed : room;
}

/* Inflate the member at the front of `*rest` and step over it. */
static bool inflate_member(
    struct libdeflate_decompressor *decompressor, struct bytes *rest, struct buf *out, struct error *error) {
    size_t room = out->limit - out->size;
    for (size_t size = first_guess(*rest, room);; size = size > room / 2 ? room : size * 2) {
        size_t consumed = 0, produced = 0;
        void *place = buf_reserve(out, size);
        ASSERT(place != NULL);
        enum libdeflate_result result = libdeflate_gzip_decompress_ex(
            decompressor, rest->data, rest->size, place, size, &consumed, &produced);
        if (result == LIBDEFLATE_SUCCESS) {
            buf_commit(out, produced);
            *rest = bytes_of(rest->data + consumed, rest->size - consumed);
            return true;
        }
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
            return error_set(error, ERROR_INVALID, "not valid gzip");
        if (size == room)
            return error_set(error, ERROR_LIMIT, "gzip content of more than %zu bytes", out->limit);
    }
}

static void free_decompressor(struct libdeflate_decompressor **decompressor) {
    libdeflate_free_decompressor(*decompressor);
}

bool gzip_inflate(struct bytes data, struct buf *out, struct error *error) {
    SCOPED(free_decompressor) struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    ASSERT(decompressor != NULL);
    size_t size_before = out->size;
    if (!gzip_is(data))
        return error_set(error, ERROR_INVALID, "not gzip");
    while (data.size > 0) {
        if (!inflate_member(decompressor, &data, out, error)) {
            out->size = size_before;
            return false;
        }
    }
    return true;
}
