/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/hash.h"
#include "codec/text.h"

#include <string.h>

/* RFC 9562: the version in the high half of byte 6, the variant in the top bits of byte 8. */
static struct uuid stamped(const uint8_t bytes[UUID_SIZE], unsigned version) {
    struct uuid uuid;
    memcpy(uuid.bytes, bytes, UUID_SIZE);
    uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0fu) | version << 4);
    uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3fu) | 0x80u);
    return uuid;
}

struct uuid uuid_random(const uint8_t random[UUID_SIZE]) {
    return stamped(random, 4);
}

struct uuid uuid_named(struct uuid name_space, struct bytes name) {
    uint8_t hash[HASH_SIZE_MAX];
    struct hash_stream *stream = hash_stream_create(HASH_SHA1);
    hash_stream_update(stream, BYTES_OF(name_space.bytes));
    hash_stream_update(stream, name);
    (void)hash_stream_finish(stream, hash);
    hash_stream_destroy(stream);
    return stamped(hash, 5);
}

static bool is_dash_place(size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

void uuid_format(struct uuid uuid, char ret_text[UUID_TEXT_SIZE + 1]) {
    char digits[2 * UUID_SIZE];
    hex_encode(BYTES_OF(uuid.bytes), digits);
    for (size_t at = 0, digit = 0; at < UUID_TEXT_SIZE; at++)
        ret_text[at] = is_dash_place(at) ? '-' : digits[digit++];
    ret_text[UUID_TEXT_SIZE] = '\0';
}

/* The runs of digits between the dashes of the text form: place and size. */
static const struct { uint8_t at, size; } digit_runs[] = {{0, 8}, {9, 4}, {14, 4}, {19, 4}, {24, 12}};

bool uuid_parse(struct str text, struct uuid *ret_uuid) {
    char digits[2 * UUID_SIZE];
    if (text.size != UUID_TEXT_SIZE || text.data[8] != '-' || text.data[13] != '-' || text.data[18] != '-' ||
        text.data[23] != '-')
        return false;
    size_t count = 0;
    for (size_t run = 0; run < sizeof digit_runs / sizeof *digit_runs; run++) {
        memcpy(digits + count, text.data + digit_runs[run].at, digit_runs[run].size);
        count += digit_runs[run].size;
    }
    return hex_decode(str_of(digits, sizeof digits), ret_uuid->bytes);
}
