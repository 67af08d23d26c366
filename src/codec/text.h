/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text: octets as text and back (hex, base64, percent-encoding), UUIDs and the text of times.
 * Pure; decoders refuse what is not exactly of the form. Threads: any.
 */
#pragma once

#include "base/buf.h"
#include "base/time.h"

/* Lower-case hex. Decoding takes either case; false on odd length or a strange character. */
void hex_encode(struct bytes bytes, char *ret_text /* 2 * size, no NUL */);
bool hex_append(struct buf *buf, struct bytes bytes);
bool hex_decode(struct str text, uint8_t *ret_bytes /* size / 2 */);

/* RFC 4648 base64 with padding. */
bool base64_append(struct buf *buf, struct bytes bytes);
bool base64_decode(struct str text, struct buf *ret_bytes); /* appends; false and unchanged otherwise */

/* RFC 3986 percent-encoding as SigV4 wants it: all but A-Z a-z 0-9 - . _ ~ encoded, upper-case
 * hex; `keep_slash` leaves '/' alone. */
bool percent_append(struct buf *buf, struct str text, bool keep_slash);
bool percent_decode(struct str text, bool plus_is_space, struct buf *ret_text); /* false on %zz */

/* UUIDs. The text is 36 characters, lower case; parsing takes either case. */
enum { UUID_SIZE = 16, UUID_TEXT_SIZE = 36 };
struct uuid {
    uint8_t bytes[UUID_SIZE];
};
struct uuid uuid_random(const uint8_t random[UUID_SIZE]);              /* version 4 */
struct uuid uuid_named(struct uuid name_space, struct bytes name);     /* version 5, SHA-1 */
void uuid_format(struct uuid uuid, char ret_text[UUID_TEXT_SIZE + 1]); /* NUL-terminated */
bool uuid_parse(struct str text, struct uuid *ret_uuid);

/* Times, all UTC, proleptic Gregorian, years 0001 to 9999; moments beyond are clipped. */
struct civil_time {
    int year, month, day, hour, minute, second, millisecond, weekday; /* month 1..12, weekday 0 = Sunday */
};
struct civil_time time_civil(struct moment moment);
struct moment time_from_civil(struct civil_time civil);

/* ISO 8601 as CloudTrail writes it: YYYY-MM-DDThh:mm:ssZ, 20 characters. */
bool time_append_iso(struct buf *buf, struct moment moment);

/* Takes YYYY-MM-DDThh:mm:ss with an optional fraction and with Z or +hh:mm. */
bool time_parse_iso(struct str text, struct moment *ret_moment);
bool time_append_basic(struct buf *buf, struct moment moment);     /* YYYYMMDDThhmmssZ */
bool time_parse_basic(struct str text, struct moment *ret_moment); /* YYYYMMDDThhmmssZ only */
bool time_append_http(struct buf *buf, struct moment moment);      /* Sun, 06 Nov 1994 08:49:37 GMT */
bool time_parse_http(struct str text, struct moment *ret_moment);

/* An option's duration: digits and one of ms s m h d ("90d"); false otherwise or on overflow. */
bool duration_parse(struct str text, int64_t *ret_ms);
