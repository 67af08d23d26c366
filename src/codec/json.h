/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: reading JSON with simdjson (behind json_read.cpp) and writing it.
 *
 * Reading validates the whole text (UTF-8, grammar, nesting below JSON_DEPTH_MAX) before
 * anything is returned. Integers of any length are legal: what does not fit 64 bits reads as a
 * double, and its text is never needed because records keep their bytes. Duplicate keys are
 * kept in order; json_get() gives the first, json_find_duplicate_key() tells.
 *
 * Threads: a parser one owner; values are valid until its next parse.
 */
#pragma once

#include "base/buf.h"

enum { JSON_DEPTH_MAX = 128, JSON_PADDING = 64 };

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_parser;

/* A value inside the parsed text: a borrowed handle, passed by value. `document` is NULL for
 * "no such value": every reader below takes it and answers false, empty or JSON_NULL. */
struct json_value {
    const void *document;
    size_t index;
};
#define JSON_MISSING ((struct json_value){NULL, 0})

struct json_parser *json_parser_create(void);
struct json_parser *json_parser_create_deep(size_t depth_max); /* for texts of our own making */
void json_parser_destroy(struct json_parser *parser);

/* Parse one text; copies it where needed for padding. ERROR_INVALID with a reason. */
NODISCARD bool json_parse(
    struct json_parser *parser, struct str text, struct json_value *ret_root, struct error *error);

/* As json_parse() without a copy: at least JSON_PADDING readable bytes follow the text. */
NODISCARD bool json_parse_padded(
    struct json_parser *parser, struct str text, struct json_value *ret_root, struct error *error);

bool json_exists(struct json_value value); /* false for JSON_MISSING only */
enum json_kind json_kind(struct json_value value);
struct json_value json_get(struct json_value object, const char *key);
struct json_value json_get_str(struct json_value object, struct str key);
size_t json_count(struct json_value value); /* elements or members */

/* Typed access; false (nothing written) where the value is of another kind or does not fit. */
bool json_string(struct json_value value, struct str *ret_text); /* decoded */
bool json_boolean(struct json_value value, bool *ret_boolean);
bool json_i64(struct json_value value, int64_t *ret_number);
bool json_u64(struct json_value value, uint64_t *ret_number);
bool json_double(struct json_value value, double *ret_number); /* any number */

/* The text, or the empty text where the value is no string. */
struct str json_text(struct json_value value);

/* Walk an array or object; `key` is empty in arrays. json_next() is false at the end. */
struct json_iterator {
    const void *document;
    size_t index, end;
    bool is_object;
    struct str key;
    struct json_value value;
};
struct json_iterator json_iterate(struct json_value container);
bool json_next(struct json_iterator *iterator);

/* A key that an object has twice (members of members are not looked at); false where none is. */
bool json_find_duplicate_key(struct json_value object, struct str *ret_key);

/* Append a parsed value printed compactly. Numbers beyond 64 bits lose digits: never for
 * records. False where the buffer is full. */
bool json_append_value(struct buf *buf, struct json_value value);

/* Cut `{"Records":[...]}` (or a bare array) into its elements without copying: each is a slice
 * of `text`, exactly as it stands there. `text` has JSON_PADDING readable bytes after it.
 * Inside a record only brackets and strings are looked at, so each still needs
 * json_parse_padded(), which may use the same parser. Other keys of the frame are parsed and
 * skipped. ERROR_INVALID where the frame is not of that form, perhaps after some records.
 * on_record returns false to stop: the rest is then not looked at and the answer is true. */
typedef bool json_on_record(struct str record, void *context);
NODISCARD bool json_split_records(struct json_parser *parser, struct str text, json_on_record *on_record,
    void *context, struct error *error);

/* Writing. The writer puts commas; keys and values are escaped. Overflow shows in the buffer. */
struct json_writer {
    struct buf *buf; /* borrowed */
    bool needs_comma;
};
#define JSON_WRITER(buffer) ((struct json_writer){(buffer), false})
void json_begin_object(struct json_writer *writer);
void json_end_object(struct json_writer *writer);
void json_begin_array(struct json_writer *writer);
void json_end_array(struct json_writer *writer);
void json_key(struct json_writer *writer, struct str key);
void json_write_string(struct json_writer *writer, struct str text); /* bad UTF-8 becomes U+FFFD */
void json_write_i64(struct json_writer *writer, int64_t number);
void json_write_u64(struct json_writer *writer, uint64_t number);
void json_write_double(struct json_writer *writer, double number); /* shortest that reads back */
void json_write_seconds(struct json_writer *writer, int64_t ms);   /* epoch seconds, fraction kept */
void json_write_boolean(struct json_writer *writer, bool boolean);
void json_write_null(struct json_writer *writer);
void json_write_raw(struct json_writer *writer, struct str json); /* already JSON */
/* key and value in one call */
void json_member_string(struct json_writer *writer, const char *key, struct str text);
void json_member_i64(struct json_writer *writer, const char *key, int64_t number);
void json_member_boolean(struct json_writer *writer, const char *key, bool boolean);
void json_member_null(struct json_writer *writer, const char *key);
