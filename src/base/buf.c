/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { CAPACITY_MIN = 64 };

static bool grow(struct buf *buf, size_t extra) {
    if (buf->overflowed || extra > buf->limit - buf->size) {
        buf->overflowed = true;
        return false;
    }
    size_t needed = buf->size + extra + 1;
    if (needed <= buf->capacity)
        return true;
    size_t capacity = buf->capacity < CAPACITY_MIN ? CAPACITY_MIN : buf->capacity;
    while (capacity < needed)
        capacity *= 2;
    buf->data = mem_resize(buf->data, capacity);
    buf->capacity = capacity;
    return true;
}

void buf_finish(struct buf *buf) {
    mem_free(buf->data);
    *buf = BUF_INIT(buf->limit);
}

void buf_clear(struct buf *buf) {
    buf->size = 0;
    buf->overflowed = false;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

bool buf_append(struct buf *buf, const void *data, size_t size) {
    if (!grow(buf, size))
        return false;
    if (size > 0)
        memcpy(buf->data + buf->size, data, size);
    buf->size += size;
    buf->data[buf->size] = '\0';
    return true;
}

bool buf_append_str(struct buf *buf, struct str text) {
    return buf_append(buf, text.data, text.size);
}

bool buf_append_text(struct buf *buf, const char *text) {
    return buf_append(buf, text, strlen(text));
}

bool buf_append_char(struct buf *buf, char c) {
    if (!grow(buf, 1))
        return false;
    buf->data[buf->size++] = c;
    buf->data[buf->size] = '\0';
    return true;
}

bool buf_append_bytes(struct buf *buf, struct bytes bytes) {
    return buf_append(buf, bytes.data, bytes.size);
}

bool buf_append_u8(struct buf *buf, uint8_t number) {
    return buf_append(buf, &number, 1);
}

bool buf_append_u16(struct buf *buf, uint16_t number) {
    uint8_t bytes[2];
    store_u16(bytes, number);
    return buf_append(buf, bytes, sizeof bytes);
}

bool buf_append_u32(struct buf *buf, uint32_t number) {
    uint8_t bytes[4];
    store_u32(bytes, number);
    return buf_append(buf, bytes, sizeof bytes);
}

bool buf_append_u64(struct buf *buf, uint64_t number) {
    uint8_t bytes[8];
    store_u64(bytes, number);
    return buf_append(buf, bytes, sizeof bytes);
}

bool buf_append_varint(struct buf *buf, uint64_t number) {
    uint8_t bytes[VARINT_SIZE_MAX];
    return buf_append(buf, bytes, store_varint(bytes, number));
}

bool buf_append_vformat(struct buf *buf, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    char small[256];
    int size = vsnprintf(small, sizeof small, format, args);
    ASSERT(size >= 0);
    bool done = true;
    if ((size_t)size < sizeof small) {
        done = buf_append(buf, small, (size_t)size);
    } else if (grow(buf, (size_t)size)) {
        (void)vsnprintf(buf->data + buf->size, (size_t)size + 1, format, again);
        buf->size += (size_t)size;
    } else {
        done = false;
    }
    va_end(again);
    return done;
}

bool buf_append_format(struct buf *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    bool done = buf_append_vformat(buf, format, args);
    va_end(args);
    return done;
}

void *buf_reserve(struct buf *buf, size_t size) {
    return grow(buf, size) ? buf->data + buf->size : NULL;
}

void buf_commit(struct buf *buf, size_t size) {
    ASSERT(size < buf->capacity - buf->size);
    buf->size += size;
    buf->data[buf->size] = '\0';
}

struct str buf_str(const struct buf *buf) {
    return buf->data == NULL ? STR_EMPTY : (struct str){buf->data, buf->size};
}

struct bytes buf_bytes(const struct buf *buf) {
    return str_bytes(buf_str(buf));
}

char *buf_take(struct buf *buf, size_t *ret_size) {
    if (buf->data == NULL)
        buf->data = mem_alloc(1);
    if (ret_size != NULL)
        *ret_size = buf->size;
    char *data = buf->data;
    *buf = BUF_INIT(buf->limit);
    return data;
}

bool buf_check(const struct buf *buf, const char *what, struct error *error) {
    if (!buf->overflowed)
        return true;
    return error_set(error, ERROR_LIMIT, "%s would pass its limit of %zu bytes", what, buf->limit);
}
