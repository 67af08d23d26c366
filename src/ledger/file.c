/* SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "sys/disk.h"

#include <string.h>

enum {
    VERSION = 1,
    CHECKED_AT = 16, /* offset: the checksum is of everything from here on */
    NUMBERS_AT = 16 + UUID_SIZE + UUID_SIZE + 8,
    FLAG_CLOSED = 1,
};
static const char magic[8] = "CAIRNGWL";
static const uint64_t NUMBER_MAX = UINT64_MAX >> 8;

/* The numbers, in the order in which they are written. */
static const size_t number_offsets[] = {
    offsetof(struct ledger_state, generation),
    offsetof(struct ledger_state, saved_at),
    offsetof(struct ledger_state, unresolved_since),
    offsetof(struct ledger_state, position),
    offsetof(struct ledger_state, reserved_end),
    offsetof(struct ledger_state, forgotten),
    offsetof(struct ledger_state, recorded),
    offsetof(struct ledger_state, refused),
    offsetof(struct ledger_state, gaps),
    offsetof(struct ledger_state, refused_unnumbered),
    offsetof(struct ledger_state, unknown_outcomes),
    offsetof(struct ledger_state, gap_number),
};
enum {
    NUMBER_COUNT = sizeof number_offsets / sizeof *number_offsets,
    PENDING_AT = NUMBERS_AT + 8 * NUMBER_COUNT,
    PENDING_HEAD_SIZE = 8 + 4,
};

void ledger_state_finish(struct ledger_state *state) {
    while (state->pending_count > 0)
        mem_free((char *)(uintptr_t)state->pending[--state->pending_count].record.data);
}

uint64_t ledger_state_pending_calls(const struct ledger_state *state) {
    uint64_t calls = 0;
    for (size_t i = 0; i < state->pending_count; i++)
        calls += state->pending[i].count;
    return calls;
}

void ledger_state_add_pending(struct ledger_state *state, uint64_t count, struct str owned_record) {
    ASSERT(state->pending_count < LEDGER_PENDING_MAX && owned_record.size <= LEDGER_PENDING_SIZE_MAX);
    state->pending[state->pending_count++] = (struct ledger_pending){count, owned_record};
}

void ledger_state_drop_pending(struct ledger_state *state) {
    ASSERT(state->pending_count > 0);
    state->gaps += state->pending[0].count;
    mem_free((char *)(uintptr_t)state->pending[0].record.data);
    state->pending_count--;
    memmove(state->pending, state->pending + 1, state->pending_count * sizeof *state->pending);
}

void ledger_state_append(struct buf *buf, const struct ledger_state *state) {
    size_t start = buf->size;
    (void)buf_append(buf, magic, sizeof magic);
    (void)buf_append_u32(buf, VERSION);
    (void)buf_append_u32(buf, 0);
    (void)buf_append(buf, state->cairn_id.bytes, UUID_SIZE);
    (void)buf_append(buf, state->ledger_id.bytes, UUID_SIZE);
    (void)buf_append_u8(buf, state->is_fail_closed);
    (void)buf_append_u8(buf, state->is_closed ? FLAG_CLOSED : 0);
    (void)buf_append_u16(buf, (uint16_t)state->pending_count);
    (void)buf_append_u32(buf, 0);
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        uint64_t number;
        memcpy(&number, (const char *)state + number_offsets[i], sizeof number);
        (void)buf_append_u64(buf, number);
    }
    for (size_t i = 0; i < state->pending_count; i++) {
        (void)buf_append_u64(buf, state->pending[i].count);
        (void)buf_append_u32(buf, (uint32_t)state->pending[i].record.size);
        (void)buf_append_str(buf, state->pending[i].record);
    }
    if (buf->overflowed)
        return;
    struct bytes checked = bytes_of(buf->data + start + CHECKED_AT, buf->size - start - CHECKED_AT);
    store_u32((uint8_t *)buf->data + start + 12, hash_crc32c(0, checked));
}

static bool parse_pending(struct bytes bytes, size_t count, struct ledger_state *state, struct error *error) {
    const uint8_t *at = bytes.data + PENDING_AT, *end = bytes.data + bytes.size;
    for (size_t i = 0; i < count; i++) {
        if (end - at < PENDING_HEAD_SIZE)
            return error_set(error, ERROR_CORRUPT, "ends inside a gap event");
        uint64_t calls = load_u64(at);
        size_t size = load_u32(at + 8);
        at += PENDING_HEAD_SIZE;
        if (size > (size_t)(end - at) || size > LEDGER_PENDING_SIZE_MAX)
            return error_set(error, ERROR_CORRUPT, "ends inside a gap event");
        ledger_state_add_pending(state, calls, str_of(mem_copy(at, size), size));
        at += size;
    }
    return at == end || error_set(error, ERROR_CORRUPT, "goes on after its last gap event");
}

static bool check_head(struct bytes bytes, struct error *error) {
    if (bytes.size < PENDING_AT || memcmp(bytes.data, magic, sizeof magic) != 0)
        return error_set(error, ERROR_CORRUPT, "not the ledger of a gateway entry");
    if (load_u32(bytes.data + 8) != VERSION)
        return error_set(
            error, ERROR_CORRUPT, "version %u, this program reads %d", load_u32(bytes.data + 8), VERSION);
    struct bytes checked = bytes_of(bytes.data + CHECKED_AT, bytes.size - CHECKED_AT);
    if (load_u32(bytes.data + 12) != hash_crc32c(0, checked))
        return error_set(error, ERROR_CORRUPT, "checksum does not match");
    const uint8_t *flags = bytes.data + 16 + 2 * UUID_SIZE;
    if (flags[0] > 1 || flags[1] > FLAG_CLOSED || load_u16(flags + 2) > LEDGER_PENDING_MAX ||
        load_u32(flags + 4) != 0)
        return error_set(error, ERROR_CORRUPT, "a value is out of range");
    return true;
}

/* So that sums of them need no care. */
static bool check_counts(const struct ledger_state *state, struct error *error) {
    const uint64_t counts[] = {state->position, state->reserved_end, state->forgotten, state->recorded,
        state->refused, state->gaps, state->refused_unnumbered, state->unknown_outcomes};
    bool fits = state->reserved_end > 0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        fits = fits && counts[i] <= NUMBER_MAX;
    for (size_t i = 0; i < state->pending_count; i++)
        fits = fits && state->pending[i].count <= NUMBER_MAX;
    return fits || error_set(error, ERROR_CORRUPT, "a count is out of range");
}

bool ledger_state_parse(struct bytes bytes, struct ledger_state *ret_state, struct error *error) {
    if (!check_head(bytes, error))
        return false;
    const uint8_t *flags = bytes.data + 16 + 2 * UUID_SIZE;
    struct ledger_state state = {.is_fail_closed = flags[0] == 1, .is_closed = flags[1] == FLAG_CLOSED};
    memcpy(state.cairn_id.bytes, bytes.data + 16, UUID_SIZE);
    memcpy(state.ledger_id.bytes, bytes.data + 16 + UUID_SIZE, UUID_SIZE);
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        uint64_t number = load_u64(bytes.data + NUMBERS_AT + 8 * i);
        memcpy((char *)&state + number_offsets[i], &number, sizeof number);
    }
    if (!parse_pending(bytes, load_u16(flags + 2), &state, error) || !check_counts(&state, error)) {
        ledger_state_finish(&state);
        return false;
    }
    *ret_state = state;
    return true;
}

bool ledger_file_read(struct disk *disk, const char *path, struct ledger_state *ret_state, bool *ret_exists,
    struct error *error) {
    SCOPED(buf_finish) struct buf file = BUF_INIT(LEDGER_FILE_SIZE_MAX);
    struct error missing = {0};
    struct disk_stat stat;
    *ret_exists = disk_stat(disk, path, &stat, &missing);
    if (!*ret_exists && missing.kind == ERROR_NOT_FOUND)
        return true;
    if (!*ret_exists) {
        *error = missing;
        return false;
    }
    if (!disk_read_file(disk, path, &file, error))
        return false;
    return ledger_state_parse(buf_bytes(&file), ret_state, error) ||
           error_context(error,
               "%s is damaged (restore it from a backup of the same time as the journal, or remove it: "
               "events "
               "stay, only the counts of this entry begin anew)",
               path);
}

bool ledger_file_write(
    struct disk *disk, const char *path, const struct ledger_state *state, struct error *error) {
    SCOPED(buf_finish) struct buf file = BUF_INIT(LEDGER_FILE_SIZE_MAX);
    ledger_state_append(&file, state);
    return buf_check(&file, "the ledger of a gateway entry", error) &&
           disk_write_file(disk, path, buf_bytes(&file), error);
}
