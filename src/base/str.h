/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str: borrowed text and borrowed octets, by value. Not NUL-terminated; print with
 * "%.*s", STR(s). The bytes live as long as whoever lent them says.
 *
 * Threads: values; any.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *data;
    size_t size;
};

struct bytes {
    const uint8_t *data;
    size_t size;
};

#define STR(s)          (int)(s).size, (s).data
#define STR_LITERAL(s)  ((struct str){("" s), sizeof(s) - 1})
#define STR_EMPTY       ((struct str){"", 0})
#define BYTES_OF(array) ((struct bytes){(const uint8_t *)(array), sizeof(array)})

/* The text of a C string; NULL gives the empty text. */
struct str str_from(const char *text);
struct str str_of(const char *data, size_t size);
struct bytes str_bytes(struct str text);
struct str bytes_str(struct bytes bytes);
struct bytes bytes_of(const void *data, size_t size);

bool str_equals(struct str a, struct str b);
bool str_is(struct str a, const char *text);
bool str_equals_ignoring_case(struct str a, struct str b); /* ASCII only */
bool str_starts_with(struct str text, struct str prefix);
bool str_ends_with(struct str text, struct str suffix);
bool bytes_equal(struct bytes a, struct bytes b);

/* Compare in time that depends on the sizes only: for signatures and tokens. */
bool bytes_equal_in_constant_time(struct bytes a, struct bytes b);

/* As memcmp over the common size, then by size. */
int str_compare(struct str a, struct str b);

/* The part from `start`, at most `size` long; both are clipped to the text. */
struct str str_slice(struct str text, size_t start, size_t size);

/* Index of the first `c` or of the first `needle`; SIZE_MAX where there is none. */
size_t str_find_char(struct str text, char c);
size_t str_find(struct str text, struct str needle);

/* Cut `*rest` at the first `separator`: returns what is before it and leaves what is after
 * it; where there is none, returns all and leaves the empty text. */
struct str str_cut(struct str *rest, char separator);

/* Without spaces and tabs at both ends. */
struct str str_trim(struct str text);

/* A decimal number of digits only, no sign, no blanks; false where it is not one or does not
 * fit. `ret_number` is written on success only. */
bool str_to_u64(struct str text, uint64_t *ret_number);

/* As str_to_u64() with an optional leading '-'. */
bool str_to_i64(struct str text, int64_t *ret_number);

/* True where every byte sequence is well-formed UTF-8. */
bool str_is_utf8(struct str text);
