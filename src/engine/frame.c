/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include "base/bits.h"
#include "base/check.h"

void engine_frame_append_head(struct buf *buf, enum engine_frame_kind kind, size_t size) {
    ASSERT(size <= ENGINE_FRAME_SIZE_MAX);
    buf_append_u32(buf, (uint32_t)size);
    buf_append_u8(buf, (uint8_t)kind);
}

static bool is_kind(uint8_t kind, bool is_from_worker) {
    return is_from_worker ? kind >= ENGINE_FRAME_COLUMNS && kind <= ENGINE_FRAME_FAILED
                          : kind >= ENGINE_FRAME_JOB && kind <= ENGINE_FRAME_END;
}

bool engine_frame_parse_head(const uint8_t head[ENGINE_FRAME_HEAD_SIZE], bool is_from_worker,
    enum engine_frame_kind *ret_kind, size_t *ret_size, struct error *error) {
    uint32_t size = load_u32(head);
    if (size > ENGINE_FRAME_SIZE_MAX)
        return error_set(error, ERROR_CORRUPT, "a frame of %u bytes", size);
    if (!is_kind(head[4], is_from_worker))
        return error_set(error, ERROR_CORRUPT, "a frame of kind %u", head[4]);
    *ret_kind = (enum engine_frame_kind)head[4];
    *ret_size = size;
    return true;
}

struct engine_reader engine_reader(struct bytes payload) {
    return (struct engine_reader){payload.data, payload.data + payload.size, false};
}

static void break_reader(struct engine_reader *reader) {
    reader->is_broken = true;
    reader->at = reader->end;
}

uint64_t engine_read_number(struct engine_reader *reader) {
    uint64_t number = 0;
    if (!load_varint(&reader->at, reader->end, &number))
        break_reader(reader);
    return number;
}

int64_t engine_read_signed(struct engine_reader *reader) {
    uint64_t number = engine_read_number(reader);
    return (int64_t)(number >> 1 ^ (0 - (number & 1)));
}

bool engine_read_flag(struct engine_reader *reader) {
    uint64_t number = engine_read_number(reader);
    if (number > 1)
        break_reader(reader);
    return number == 1;
}

struct str engine_read_text(struct engine_reader *reader) {
    uint64_t size = engine_read_number(reader);
    if (size > (size_t)(reader->end - reader->at)) {
        break_reader(reader);
        return STR_EMPTY;
    }
    struct str text = str_of((const char *)reader->at, (size_t)size);
    reader->at += size;
    return text;
}

size_t engine_read_count(struct engine_reader *reader, size_t max) {
    uint64_t count = engine_read_number(reader);
    if (count > max || count > (size_t)(reader->end - reader->at)) {
        break_reader(reader);
        return 0;
    }
    return (size_t)count;
}

bool engine_reader_end(const struct engine_reader *reader, const char *what, struct error *error) {
    if (reader->is_broken || reader->at != reader->end)
        return error_set(error, ERROR_CORRUPT, "%s is not of its form", what);
    return true;
}

void engine_append_signed(struct buf *buf, int64_t number) {
    buf_append_varint(buf, (uint64_t)number << 1 ^ (uint64_t)(number >> 63));
}

void engine_append_text(struct buf *buf, struct str text) {
    buf_append_varint(buf, text.size);
    buf_append_str(buf, text);
}
