/* SPDX-License-Identifier: Apache-2.0 */
#include "thrift.h"

#include "base/check.h"

enum { TYPE_TRUE = 1, TYPE_FALSE = 2, TYPE_LIST = 9, SHORT_DELTA_MAX = 15, SHORT_COUNT_MAX = 14 };

static void append_zigzag(struct buf *out, int64_t number) {
    buf_append_varint(out, (uint64_t)number << 1 ^ (uint64_t)(number >> 63));
}

static void append_head(struct parquet_thrift *thrift, int field, int type) {
    int delta = field - thrift->fields[thrift->depth];
    ASSERT(delta > 0 && delta <= SHORT_DELTA_MAX);
    buf_append_u8(thrift->out, (uint8_t)(delta << 4 | type));
    thrift->fields[thrift->depth] = field;
}

void parquet_thrift_flag(struct parquet_thrift *thrift, int field, bool flag) {
    append_head(thrift, field, flag ? TYPE_TRUE : TYPE_FALSE);
}

void parquet_thrift_i32(struct parquet_thrift *thrift, int field, int32_t number) {
    append_head(thrift, field, THRIFT_I32);
    append_zigzag(thrift->out, number);
}

void parquet_thrift_i64(struct parquet_thrift *thrift, int field, int64_t number) {
    append_head(thrift, field, THRIFT_I64);
    append_zigzag(thrift->out, number);
}

void parquet_thrift_text(struct parquet_thrift *thrift, int field, struct str text) {
    append_head(thrift, field, THRIFT_BINARY);
    parquet_thrift_element_text(thrift, text);
}

void parquet_thrift_begin(struct parquet_thrift *thrift, int field) {
    append_head(thrift, field, THRIFT_STRUCT);
    parquet_thrift_element_begin(thrift);
}

void parquet_thrift_end(struct parquet_thrift *thrift) {
    buf_append_u8(thrift->out, 0);
    if (thrift->depth > 0)
        thrift->depth--;
}

void parquet_thrift_empty(struct parquet_thrift *thrift, int field) {
    parquet_thrift_begin(thrift, field);
    parquet_thrift_end(thrift);
}

void parquet_thrift_list(
    struct parquet_thrift *thrift, int field, enum parquet_thrift_type type, size_t count) {
    append_head(thrift, field, TYPE_LIST);
    if (count <= SHORT_COUNT_MAX) {
        buf_append_u8(thrift->out, (uint8_t)(count << 4 | (unsigned)type));
        return;
    }
    buf_append_u8(thrift->out, (uint8_t)(0xf0 | (unsigned)type));
    buf_append_varint(thrift->out, count);
}

void parquet_thrift_element_i32(struct parquet_thrift *thrift, int32_t number) {
    append_zigzag(thrift->out, number);
}

void parquet_thrift_element_text(struct parquet_thrift *thrift, struct str text) {
    buf_append_varint(thrift->out, text.size);
    buf_append_str(thrift->out, text);
}

void parquet_thrift_element_begin(struct parquet_thrift *thrift) {
    ASSERT(thrift->depth + 1 < THRIFT_DEPTH_MAX);
    thrift->fields[++thrift->depth] = 0;
}
