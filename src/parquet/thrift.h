/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thrift: appends structs of Thrift's compact protocol, in which Parquet's headers and footer are. Fields are
 * appended by rising number.
 *
 * Threads: one owner.
 */
#pragma once

#include "base/buf.h"

enum parquet_thrift_type { THRIFT_I32 = 5, THRIFT_I64 = 6, THRIFT_BINARY = 8, THRIFT_STRUCT = 12 };

enum { THRIFT_DEPTH_MAX = 8 };

struct parquet_thrift {
    struct buf *out;
    unsigned depth;
    int fields[THRIFT_DEPTH_MAX]; /* the last one of each struct that is open */
};
#define PARQUET_THRIFT(buf) ((struct parquet_thrift){.out = (buf)})

void parquet_thrift_flag(struct parquet_thrift *thrift, int field, bool flag);
void parquet_thrift_i32(struct parquet_thrift *thrift, int field, int32_t number);
void parquet_thrift_i64(struct parquet_thrift *thrift, int field, int64_t number);
void parquet_thrift_text(struct parquet_thrift *thrift, int field, struct str text);
/* Fields until the end are the struct's. */
void parquet_thrift_begin(struct parquet_thrift *thrift, int field);
void parquet_thrift_end(
    struct parquet_thrift *thrift); /* also that of the outermost, which no field begins */
void parquet_thrift_empty(struct parquet_thrift *thrift, int field); /* a struct without fields */

/* The head of a list; its elements follow. */
void parquet_thrift_list(
    struct parquet_thrift *thrift, int field, enum parquet_thrift_type type, size_t count);
void parquet_thrift_element_i32(struct parquet_thrift *thrift, int32_t number);
void parquet_thrift_element_text(struct parquet_thrift *thrift, struct str text);
void parquet_thrift_element_begin(struct parquet_thrift *thrift); /* ended by parquet_thrift_end() */
