/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parquet: writes Parquet files, row after row, compressed with zstd. Pure: bytes go where a function of the
 * caller's puts them; a row group is held in memory.
 *
 * Every column may be null, and so may the parts of structs, the elements of lists and the values of maps.
 * Texts have to be UTF-8. Texts that come again stand once in a row group, as long as they are few.
 *
 * Format:  Apache Parquet, data pages of version 1: what every reader reads (docs/formats/lake.md)
 * Threads: a writer one owner.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

enum parquet_kind {
    PARQUET_TEXT,
    PARQUET_BOOLEAN,
    PARQUET_INTEGER, /* 32 bits */
    PARQUET_DOUBLE,
    PARQUET_TIME,   /* microseconds since 1970 UTC */
    PARQUET_MAP,    /* of texts to texts */
    PARQUET_STRUCT, /* its parts follow, one deeper */
    PARQUET_LIST,   /* of structs; their parts follow, one deeper */
};

struct parquet_column {
    const char *name; /* lives as long as the writer */
    enum parquet_kind kind;
    unsigned depth; /* less than PARQUET_DEPTH_MAX */
};

enum { PARQUET_DEPTH_MAX = 8 };

/* Takes the next bytes of the file. */
typedef bool parquet_write(void *context, struct bytes bytes, struct error *error);

struct parquet_options {
    const struct parquet_column *columns; /* a column's parts follow it */
    size_t column_count;
    int compression_level;   /* of zstd */
    const char *created_by;  /* "program version 1.2.3" */
    parquet_write *on_bytes; /* and its context */
    void *context;
};

struct parquet_writer;
struct parquet_writer *parquet_writer_create(const struct parquet_options *options);
void parquet_writer_destroy(struct parquet_writer *owned_writer); /* NULL is fine */

/* Of a row each column of depth 0 for which nothing is put is null. A struct that is there has each of its
 * parts put, in whatever order, be it as null; itself it is not put. A list or map has each of its elements
 * put, or is put as empty. `repetition` is 0, but in an element after the first of a list or map it is
 * parquet_repetition() of that; within the first element it is that of the list or map itself. */
void parquet_put_null(struct parquet_writer *writer, size_t column, unsigned repetition);
void parquet_put_empty(struct parquet_writer *writer, size_t column, unsigned repetition);
void parquet_put_text(struct parquet_writer *writer, size_t column, unsigned repetition, struct str text);
void parquet_put_number(/* also boolean and time */
    struct parquet_writer *writer, size_t column, unsigned repetition, int64_t number);
void parquet_put_real(struct parquet_writer *writer, size_t column, unsigned repetition, double number);
void parquet_put_entry(/* of a map; `value` NULL: null */
    struct parquet_writer *writer, size_t column, unsigned repetition, struct str key,
    const struct str *value);
unsigned parquet_repetition(const struct parquet_writer *writer, size_t column);
void parquet_end_row(struct parquet_writer *writer);

/* The rows since the last one are a row group, if there are any; the caller bounds it: less than 256 MiB of
 * texts. After a failure of either the file is none. */
NODISCARD bool parquet_end_group(struct parquet_writer *writer, struct error *error);
/* Ends the last row group, and the file, of which it tells the bytes. */
NODISCARD bool parquet_writer_finish(struct parquet_writer *writer, uint64_t *ret_bytes, struct error *error);
