/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include "base/bits.h"
#include "base/check.h"
#include "codec/hash.h"

#include <string.h>

enum { VERSION = 1, GROUP_FLAG_SHIFT = 31 };

/* Offsets in a segment's header. */
enum {
    HEADER_MAGIC = 0,
    HEADER_VERSION = 8,
    HEADER_COMPATIBLE = 12,
    HEADER_INCOMPATIBLE = 16,
    HEADER_CAIRN_ID = 24,
    HEADER_GENERATION = 40,
    HEADER_FIRST_POSITION = 48,
    HEADER_CHECK = 60,
};

/* Offsets in a frame's header; the check covers the size, then all after itself. */
enum { FRAME_SIZE = 0, FRAME_CHECK = 4, FRAME_POSITION = 8 };

_Static_assert(HEADER_CAIRN_ID + UUID_SIZE == HEADER_GENERATION, "no gap");
_Static_assert(HEADER_CHECK + 4 == JOURNAL_HEADER_SIZE, "the check ends the header");
_Static_assert(FRAME_POSITION + 8 == JOURNAL_FRAME_HEADER_SIZE, "the payload follows the position");

static const char magic[8] = {'C', 'A', 'I', 'R', 'N', 'J', 'N', 'L'};

void journal_header_write(uint8_t bytes[JOURNAL_HEADER_SIZE], const struct journal_header *header) {
    memset(bytes, 0, JOURNAL_HEADER_SIZE);
    memcpy(bytes + HEADER_MAGIC, magic, sizeof magic);
    store_u32(bytes + HEADER_VERSION, VERSION);
    memcpy(bytes + HEADER_CAIRN_ID, header->cairn_id.bytes, UUID_SIZE);
    store_u64(bytes + HEADER_GENERATION, header->generation);
    store_u64(bytes + HEADER_FIRST_POSITION, header->first_position);
    store_u32(bytes + HEADER_CHECK, hash_crc32c(0, bytes_of(bytes, HEADER_CHECK)));
}

bool journal_header_parse(struct bytes bytes, struct journal_header *ret_header, struct error *error) {
    const uint8_t *data = bytes.data;
    if (bytes.size < JOURNAL_HEADER_SIZE || memcmp(data, magic, sizeof magic) != 0)
        return error_set(error, ERROR_CORRUPT, "not a journal segment");
    if (load_u32(data + HEADER_CHECK) != hash_crc32c(0, bytes_of(data, HEADER_CHECK)))
        return error_set(error, ERROR_CORRUPT, "header is damaged");
    uint32_t version = load_u32(data + HEADER_VERSION), features = load_u32(data + HEADER_INCOMPATIBLE);
    if (version != VERSION || features != 0)
        return error_set(error, ERROR_INVALID,
            "format version %u with features %#x is newer than this program", version, features);
    struct journal_header header = {
        .generation = load_u64(data + HEADER_GENERATION),
        .first_position = load_u64(data + HEADER_FIRST_POSITION),
    };
    memcpy(header.cairn_id.bytes, data + HEADER_CAIRN_ID, UUID_SIZE);
    *ret_header = header;
    return true;
}

static uint32_t frame_check(const uint8_t *bytes, struct bytes payload) {
    uint32_t check = hash_crc32c(0, bytes_of(bytes + FRAME_SIZE, 4));
    check = hash_crc32c(check, bytes_of(bytes + FRAME_POSITION, 8));
    return hash_crc32c(check, payload);
}

void journal_frame_write(uint8_t bytes[JOURNAL_FRAME_HEADER_SIZE], const struct journal_frame *frame) {
    ASSERT(frame->payload.size > 0 && frame->payload.size <= JOURNAL_PAYLOAD_SIZE_MAX);
    ASSERT(frame->position > 0);
    store_u32(bytes + FRAME_SIZE,
        (uint32_t)frame->payload.size | (uint32_t)frame->starts_group << GROUP_FLAG_SHIFT);
    store_u64(bytes + FRAME_POSITION, frame->position);
    store_u32(bytes + FRAME_CHECK, frame_check(bytes, frame->payload));
}

size_t journal_frame_size(const uint8_t *bytes) {
    return JOURNAL_FRAME_HEADER_SIZE + (load_u32(bytes + FRAME_SIZE) & ~(1u << GROUP_FLAG_SHIFT));
}

size_t journal_frame_read(const uint8_t *bytes, struct journal_frame *ret_frame) {
    size_t size = journal_frame_size(bytes);
    *ret_frame = (struct journal_frame){
        .position = load_u64(bytes + FRAME_POSITION),
        .starts_group = load_u32(bytes + FRAME_SIZE) >> GROUP_FLAG_SHIFT != 0,
        .payload = bytes_of(bytes + JOURNAL_FRAME_HEADER_SIZE, size - JOURNAL_FRAME_HEADER_SIZE),
    };
    return size;
}

enum journal_frame_state journal_frame_parse(
    struct bytes bytes, struct journal_frame *ret_frame, size_t *ret_size) {
    *ret_size = JOURNAL_FRAME_HEADER_SIZE;
    if (bytes.size < JOURNAL_FRAME_HEADER_SIZE)
        return JOURNAL_FRAME_PARTIAL;
    uint32_t size_and_flag = load_u32(bytes.data + FRAME_SIZE);
    uint32_t payload_size = size_and_flag & ~(1u << GROUP_FLAG_SHIFT);
    if (payload_size == 0 || payload_size > JOURNAL_PAYLOAD_SIZE_MAX)
        return JOURNAL_FRAME_DAMAGED;
    *ret_size = JOURNAL_FRAME_HEADER_SIZE + payload_size;
    if (bytes.size < *ret_size)
        return JOURNAL_FRAME_PARTIAL;
    struct bytes payload = bytes_of(bytes.data + JOURNAL_FRAME_HEADER_SIZE, payload_size);
    if (load_u32(bytes.data + FRAME_CHECK) != frame_check(bytes.data, payload))
        return JOURNAL_FRAME_DAMAGED;
    *ret_frame = (struct journal_frame){
        .position = load_u64(bytes.data + FRAME_POSITION),
        .starts_group = size_and_flag >> GROUP_FLAG_SHIFT != 0,
        .payload = payload,
    };
    return JOURNAL_FRAME_WHOLE;
}
