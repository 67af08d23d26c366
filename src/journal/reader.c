/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"

#include <string.h>

enum { CHUNK_SIZE = 128 << 10 };

void journal_reader_start(struct journal_reader *reader, struct disk_file *owned_file, uint64_t offset) {
    disk_close(reader->owned_file);
    reader->owned_file = owned_file;
    reader->offset = offset;
    reader->start = reader->end = 0;
}

void journal_reader_finish(struct journal_reader *reader) {
    disk_close(reader->owned_file);
    mem_free(reader->data);
    *reader = (struct journal_reader){0};
}

void journal_reader_refresh(struct journal_reader *reader) {
    reader->start = reader->end = 0;
}

/* Have at least `size` bytes, or all to the end of the file. */
static bool fill(struct journal_reader *reader, size_t size, struct error *error) {
    size_t have = reader->end - reader->start;
    if (have > 0 && reader->start > 0)
        memmove(reader->data, reader->data + reader->start, have);
    reader->start = 0;
    reader->end = have;
    size_t wanted = size < CHUNK_SIZE ? CHUNK_SIZE : size;
    if (reader->capacity < wanted) {
        ASSERT(wanted <= JOURNAL_FRAME_SIZE_MAX);
        reader->data = mem_resize(reader->data, wanted);
        reader->capacity = wanted;
    }
    size_t got = 0;
    if (!disk_read(reader->owned_file, reader->offset + have, reader->data + have, reader->capacity - have,
            &got, error))
        return false;
    reader->end += got;
    return true;
}

static struct bytes rest(const struct journal_reader *reader) {
    return bytes_of(reader->data + reader->start, reader->end - reader->start);
}

static void skip(struct journal_reader *reader, size_t size) {
    ASSERT(size <= reader->end - reader->start);
    reader->start += size;
    reader->offset += size;
}

static bool parse(struct journal_reader *reader, enum journal_frame_state *ret_state,
    struct journal_frame *ret_frame, size_t *ret_size, struct error *error) {
    *ret_state = journal_frame_parse(rest(reader), ret_frame, ret_size);
    if (*ret_state != JOURNAL_FRAME_PARTIAL)
        return true;
    /* The header first, then the payload that it announces. */
    for (int step = 0; step < 2 && *ret_state == JOURNAL_FRAME_PARTIAL; step++) {
        if (!fill(reader, *ret_size, error))
            return false;
        *ret_state = journal_frame_parse(rest(reader), ret_frame, ret_size);
    }
    return true;
}

bool journal_reader_next(struct journal_reader *reader, enum journal_frame_state *ret_state,
    struct journal_frame *ret_frame, struct error *error) {
    size_t size = 0;
    if (!parse(reader, ret_state, ret_frame, &size, error))
        return false;
    if (*ret_state == JOURNAL_FRAME_WHOLE)
        skip(reader, size);
    return true;
}

/* Cheap test before the checksum: a group's first frame with a position that could be. */
static bool looks_like_group(const uint8_t *header, uint64_t position) {
    uint64_t found = load_u64(header + 8);
    return (header[3] & 0x80) != 0 && found > position && found - position <= UINT32_MAX;
}

bool journal_reader_find_group(
    struct journal_reader *reader, uint64_t position, bool *ret_found, struct error *error) {
    for (;;) {
        if (reader->end - reader->start < JOURNAL_FRAME_HEADER_SIZE + 1 &&
            !fill(reader, JOURNAL_FRAME_HEADER_SIZE + 1, error))
            return false;
        if (reader->end - reader->start < JOURNAL_FRAME_HEADER_SIZE + 1)
            break;
        skip(reader, 1);
        if (!looks_like_group(reader->data + reader->start, position))
            continue;
        enum journal_frame_state state = JOURNAL_FRAME_DAMAGED;
        struct journal_frame frame;
        size_t size = 0;
        if (!parse(reader, &state, &frame, &size, error))
            return false;
        if (state == JOURNAL_FRAME_WHOLE) {
            *ret_found = true;
            return true;
        }
    }
    *ret_found = false;
    return true;
}
