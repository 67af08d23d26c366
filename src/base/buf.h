/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf: an owned, growing run of bytes with a cap, always followed by one NUL.
 *
 * A buffer that would pass its limit is marked `overflowed`, keeps what it had and refuses
 * more; writers append freely and the caller checks once at the end with buf_check().
 *
 * Threads: one owner.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdarg.h>

struct buf {
    char *data; /* NULL until the first append */
    size_t size;
    size_t capacity;
    size_t limit; /* never more than this many bytes */
    bool overflowed;
};

#define BUF_INIT(limit_bytes) ((struct buf){.limit = (limit_bytes)})

/* For buffers whose content the program itself bounds. */
#define BUF_UNBOUNDED (SIZE_MAX / 4)

void buf_finish(struct buf *buf); /* frees; the buffer may be used again */
void buf_clear(struct buf *buf);  /* empty, capacity kept */

/* Append; false (and overflowed) where the limit would be passed. */
bool buf_append(struct buf *buf, const void *data, size_t size);
bool buf_append_str(struct buf *buf, struct str text);
bool buf_append_text(struct buf *buf, const char *text);
bool buf_append_char(struct buf *buf, char c);
bool buf_append_bytes(struct buf *buf, struct bytes bytes);
bool buf_append_u8(struct buf *buf, uint8_t number);
bool buf_append_u16(struct buf *buf, uint16_t number); /* little-endian, as all numbers on disk */
bool buf_append_u32(struct buf *buf, uint32_t number);
bool buf_append_u64(struct buf *buf, uint64_t number);
bool buf_append_varint(struct buf *buf, uint64_t number); /* LEB128, at most 10 bytes */
bool buf_append_format(struct buf *buf, const char *format, ...) PRINTF(2, 3);
bool buf_append_vformat(struct buf *buf, const char *format, va_list args) PRINTF(2, 0);

/* Room for `size` more bytes at the returned place, or NULL past the limit; buf_commit()
 * then says how many were written. */
void *buf_reserve(struct buf *buf, size_t size);
void buf_commit(struct buf *buf, size_t size);

struct str buf_str(const struct buf *buf);
struct bytes buf_bytes(const struct buf *buf);

/* The bytes as an owned, NUL-terminated C string; the buffer is empty afterwards. */
char *buf_take(struct buf *buf, size_t *ret_size);

/* ERROR_LIMIT naming `what` where anything overflowed. */
NODISCARD bool buf_check(const struct buf *buf, const char *what, struct error *error);
