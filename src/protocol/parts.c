/* SPDX-License-Identifier: Apache-2.0 */
/* parts: entries are cut into parts by size, in two passes: how many, then which. */
#include "parts.h"

#include "base/check.h"
#include "base/own.h"

#include <string.h>

struct protocol_part *protocol_make_parts(struct arena *arena, size_t count, struct protocol_call *call) {
    ASSERT(count > 0 && count <= PROTOCOL_PARTS_MAX);
    call->parts = ARENA_ARRAY(arena, count, struct protocol_part);
    call->part_count = count;
    for (size_t i = 0; i < count; i++) {
        struct call_part nothing = {JSON_MISSING, STR_EMPTY};
        call->parts[i] =
            (struct protocol_part){.request = nothing, .response = nothing, .additional = nothing};
    }
    return call->parts;
}

void protocol_entries_finish(struct protocol_entries *entries) {
    buf_finish(&entries->json);
}

bool protocol_entries_skip(struct protocol_entries *entries) {
    bool is_full = entries->count == PROTOCOL_ENTRIES_MAX;
    entries->skipped += is_full;
    return is_full;
}

void protocol_entries_end(struct arena *arena, struct protocol_entries *entries) {
    if (entries->count == entries->capacity) {
        size_t capacity = entries->capacity == 0 ? 32 : 2 * entries->capacity;
        size_t *ends = ARENA_ARRAY(arena, capacity, size_t);
        if (entries->count != 0)
            memcpy(ends, entries->ends, entries->count * sizeof *ends);
        entries->ends = ends;
        entries->capacity = capacity;
    }
    entries->ends[entries->count++] = entries->json.size;
}

static struct str entry_at(const struct protocol_entries *entries, size_t index) {
    size_t start = index == 0 ? 0 : entries->ends[index - 1];
    return str_slice(buf_str(&entries->json), start, entries->ends[index] - start);
}

/* The end of the part that begins with that entry: one at least, then as many as fit. */
static size_t end_of_part(const struct protocol_entries *entries, size_t first, size_t members_size) {
    size_t size = members_size, end = first;
    while (
        end < entries->count && (end == first || size + entry_at(entries, end).size < PROTOCOL_PART_SIZE_MAX))
        size += entry_at(entries, end++).size + 1;
    return end;
}

static struct str join(
    struct arena *arena, const struct protocol_entries *entries, size_t first, size_t end) {
    SCOPED(buf_finish) struct buf joined = BUF_INIT(BUF_UNBOUNDED);
    for (size_t i = first; i < end; i++) {
        if (i != first)
            buf_append_char(&joined, ',');
        buf_append_str(&joined, entry_at(entries, i));
    }
    return arena_str(arena, buf_str(&joined));
}

void protocol_entries_to_parts(struct arena *arena, const struct protocol_entries *entries,
    struct str members, const char *list, struct protocol_call *call) {
    size_t count = 0;
    for (size_t at = 0; at < entries->count || count == 0; count++)
        at = end_of_part(entries, at, members.size);
    size_t kept = count < PROTOCOL_PARTS_MAX ? count : PROTOCOL_PARTS_MAX, at = 0;
    struct protocol_part *parts = protocol_make_parts(arena, kept, call);
    for (size_t i = 0; i < kept; i++) {
        size_t end = end_of_part(entries, at, members.size);
        parts[i].request.json = arena_format(arena, "{%.*s%s\"%s\":[%.*s]}", STR(members),
            members.size != 0 ? "," : "", list, STR(join(arena, entries, at, end)));
        if (kept > 1)
            parts[i].additional.json = arena_format(arena, "{\"part\":%zu,\"parts\":%zu}", i + 1, kept);
        at = end;
    }
    size_t omitted = entries->count - at + entries->skipped;
    if (omitted != 0)
        parts[kept - 1].additional.json =
            arena_format(arena, "{\"part\":%zu,\"parts\":%zu,\"omittedEntries\":%zu}", kept, kept, omitted);
}

void protocol_entries_to_rest(struct arena *arena, const struct protocol_entries *entries, const char *list,
    struct protocol_call *call) {
    enum { REST_SIZE_MAX = CALL_ADDITIONAL_SIZE_MAX - 256 };
    struct str before = call->parts[0].additional.json; /* {"part":1,"parts":2} or nothing */
    size_t size = 0, end = 0;
    if (entries->count == 0)
        return;
    while (end < entries->count && size + entry_at(entries, end).size < REST_SIZE_MAX)
        size += entry_at(entries, end++).size + 1;
    struct str members = before.size < 2 ? STR_EMPTY : str_slice(before, 1, before.size - 2);
    size_t left = entries->count - end + entries->skipped;
    struct str omitted = left == 0 ? STR_EMPTY : arena_format(arena, ",\"%sOmitted\":%zu", list, left);
    call->parts[0].additional.json = arena_format(arena, "{%.*s%s\"%s\":[%.*s]%.*s}", STR(members),
        members.size != 0 ? "," : "", list, STR(join(arena, entries, 0, end)), STR(omitted));
}
