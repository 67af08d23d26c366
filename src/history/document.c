/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include "base/bits.h"
#include "base/check.h"

#include <string.h>

/* The flags byte: kind in bits 0 and 1, door in 2 to 4, then one bit each. */
enum { DOOR_SHIFT = 2, IS_WITNESSED = 0x20, IS_ARCHIVE = 0x40, IS_PAYLOAD = 0x80 };

static uint64_t zigzag(int64_t number) {
    return (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
}

static int64_t unzigzag(uint64_t number) {
    return (int64_t)(number >> 1 ^ (0 - (number & 1)));
}

size_t history_document_size_max(const struct history_document *document) {
    return 1 + 2 * VARINT_SIZE_MAX + document->principal.size + document->record.size;
}

static size_t store_text(uint8_t *bytes, struct str text) {
    size_t size = store_varint(bytes, text.size);
    if (text.size > 0)
        memcpy(bytes + size, text.data, text.size);
    return size + text.size;
}

static bool load_text(const uint8_t **cursor, const uint8_t *end, struct str *ret_text) {
    uint64_t size = 0;
    if (!load_varint(cursor, end, &size) || size > (size_t)(end - *cursor))
        return false;
    *ret_text = str_of((const char *)*cursor, (size_t)size);
    *cursor += size;
    return true;
}

size_t history_document_encode(const struct history_document *document, uint8_t *ret_bytes) {
    ASSERT((unsigned)document->kind < 4 && (unsigned)document->door < 8);
    unsigned flags = (unsigned)document->kind | (unsigned)document->door << DOOR_SHIFT |
                     (document->is_witnessed ? IS_WITNESSED : 0) | (document->is_archive ? IS_ARCHIVE : 0) |
                     (document->is_payload ? IS_PAYLOAD : 0);
    ret_bytes[0] = (uint8_t)flags;
    size_t size = 1 + store_text(ret_bytes + 1, document->principal);
    return size + store_text(ret_bytes + size, document->record);
}

bool history_document_decode(
    const uint8_t **cursor, const uint8_t *end, struct history_document *ret_document) {
    if (*cursor == end)
        return false;
    const uint8_t *at = *cursor;
    unsigned flags = *at++;
    struct history_document document = {.kind = (enum event_kind)(flags & 3),
        .door = (enum event_door)(flags >> DOOR_SHIFT & 7),
        .is_witnessed = (flags & IS_WITNESSED) != 0,
        .is_archive = (flags & IS_ARCHIVE) != 0,
        .is_payload = (flags & IS_PAYLOAD) != 0};
    if (!load_text(&at, end, &document.principal) || !load_text(&at, end, &document.record))
        return false;
    *cursor = at;
    *ret_document = document;
    return true;
}

void history_block_append(struct buf *buf, const struct history_block_entry *entries, size_t count) {
    (void)buf_append_varint(buf, count);
    int64_t before_ms = 0;
    for (size_t i = 0; i < count; i++) {
        (void)buf_append_varint(buf, zigzag(entries[i].arrived_at.ms - before_ms));
        before_ms = entries[i].arrived_at.ms;
    }
    for (size_t i = 0; i < count; i++)
        (void)buf_append_bytes(buf, entries[i].encoded);
}

bool history_block_document(struct bytes content, size_t index, struct history_document *ret_document) {
    const uint8_t *at = content.data;
    const uint8_t *end = content.data + content.size;
    uint64_t count = 0;
    if (!load_varint(&at, end, &count) || index >= count || count > content.size)
        return false;
    uint64_t arrival = 0;
    uint64_t arrival_of_index = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t step = 0;
        if (!load_varint(&at, end, &step))
            return false;
        arrival += (uint64_t)unzigzag(step);
        if (i == index)
            arrival_of_index = arrival;
    }
    struct history_document document = {0};
    for (size_t i = 0; i <= index; i++)
        if (!history_document_decode(&at, end, &document))
            return false;
    document.arrived_at.ms = (int64_t)arrival_of_index;
    *ret_document = document;
    return true;
}
