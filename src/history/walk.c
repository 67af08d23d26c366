/* SPDX-License-Identifier: Apache-2.0 */
/* walk: along a posting list of a segment, chunk by chunk, skipping what is too new. */
#include "base/bits.h"
#include "base/check.h"

#include "segment.h"

static bool damaged(const struct history_segment *segment, struct error *error) {
    char name[HISTORY_NAME_SIZE];
    history_segment_name(segment->id, name);
    return error_set(error, ERROR_CORRUPT, "%s: a damaged posting list", name);
}

static uint32_t chunk_size(const struct history_posting_walk *walk, uint32_t chunk) {
    uint32_t left = walk->count - chunk * HISTORY_POSTING_CHUNK;
    return left < HISTORY_POSTING_CHUNK ? left : HISTORY_POSTING_CHUNK;
}

static bool read_skip(const struct history_posting_walk *walk, struct history_reader *reader, uint32_t chunk,
    uint32_t *ret_newest, uint32_t *ret_place, struct error *error) {
    uint8_t bytes[HISTORY_POSTING_SKIP_SIZE];
    struct history_span span = {bytes, sizeof bytes};
    uint64_t place = walk->skips + (uint64_t)chunk * HISTORY_POSTING_SKIP_SIZE;
    if (!history_section_read(walk->segment, reader, HISTORY_POSTINGS, place, &span, error))
        return false;
    if (span.size < sizeof bytes)
        return damaged(walk->segment, error);
    *ret_newest = load_u32(bytes);
    *ret_place = load_u32(bytes + 4);
    return true;
}

static bool load_chunk(
    struct history_posting_walk *walk, struct history_reader *reader, uint32_t chunk, struct error *error) {
    uint8_t bytes[HISTORY_POSTING_CHUNK_SIZE_MAX];
    struct history_span span = {bytes, sizeof bytes};
    uint32_t newest = 0;
    uint32_t place = 0;
    if (walk->chunk_count > 1 && !read_skip(walk, reader, chunk, &newest, &place, error))
        return false;
    if (!history_section_read(walk->segment, reader, HISTORY_POSTINGS, walk->chunks + place, &span, error))
        return false;
    walk->loaded = chunk_size(walk, chunk);
    if (!history_posting_decode(bytes_of(bytes, span.size), walk->loaded, walk->ranks) ||
        walk->ranks[0] >= walk->segment->footer.doc_count)
        return damaged(walk->segment, error);
    walk->chunk = chunk;
    walk->next = 0;
    return true;
}

bool history_posting_walk_open(struct history_posting_walk *walk, const struct history_segment *segment,
    struct history_reader *reader, uint32_t value, struct error *error) {
    walk->segment = segment;
    walk->next = walk->chunk = 0;
    if ((value & HISTORY_RANK_INLINE) != 0) {
        walk->count = walk->loaded = walk->chunk_count = 1;
        walk->ranks[0] = value & ~HISTORY_RANK_INLINE;
        return walk->ranks[0] < segment->footer.doc_count || damaged(segment, error);
    }
    uint8_t bytes[VARINT_SIZE_MAX];
    struct history_span span = {bytes, sizeof bytes};
    if (!history_section_read(segment, reader, HISTORY_POSTINGS, value, &span, error))
        return false;
    const uint8_t *at = bytes;
    uint64_t count = 0;
    if (!load_varint(&at, bytes + span.size, &count) || count == 0 || count > segment->footer.doc_count)
        return damaged(segment, error);
    walk->count = (uint32_t)count;
    walk->chunk_count = (walk->count + HISTORY_POSTING_CHUNK - 1) / HISTORY_POSTING_CHUNK;
    walk->skips = value + (uint64_t)(at - bytes);
    walk->chunks = walk->skips;
    if (walk->chunk_count > 1)
        walk->chunks += (uint64_t)walk->chunk_count * HISTORY_POSTING_SKIP_SIZE;
    return load_chunk(walk, reader, 0, error);
}

bool history_posting_walk_start(struct history_posting_walk *walk, const struct history_segment *segment,
    struct history_reader *reader, uint64_t term, struct error *error) {
    uint32_t index = 0;
    uint64_t key = 0;
    uint32_t value = 0;
    walk->segment = segment;
    walk->loaded = walk->next = walk->chunk = walk->chunk_count = 0;
    if (!history_table_search(segment, reader, HISTORY_TERMS, term, &index, error))
        return false;
    if (index == segment->footer.tables[HISTORY_TERMS].entry_count)
        return true;
    if (!history_table_entry(segment, reader, HISTORY_TERMS, index, &key, &value, error))
        return false;
    return key != term || history_posting_walk_open(walk, segment, reader, value, error);
}

bool history_posting_walk_ended(const struct history_posting_walk *walk) {
    return walk->next == walk->loaded;
}

uint32_t history_posting_walk_rank(const struct history_posting_walk *walk) {
    ASSERT(walk->next < walk->loaded);
    return walk->ranks[walk->next];
}

bool history_posting_walk_step(
    struct history_posting_walk *walk, struct history_reader *reader, struct error *error) {
    if (++walk->next < walk->loaded || walk->chunk + 1 >= walk->chunk_count)
        return true;
    return load_chunk(walk, reader, walk->chunk + 1, error);
}

/* The last chunk that starts above `rank`, from the current one on: the rank or the one below it is in it
 * or starts the next. */
static bool skip_chunks(
    struct history_posting_walk *walk, struct history_reader *reader, uint32_t rank, struct error *error) {
    uint32_t low = walk->chunk;
    uint32_t high = walk->chunk_count;
    for (uint32_t reach = 1; low + reach < high; reach *= 2) {
        uint32_t newest = 0;
        uint32_t place = 0;
        if (!read_skip(walk, reader, low + reach, &newest, &place, error))
            return false;
        if (newest < rank)
            high = low + reach;
        else
            low += reach;
    }
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t newest = 0;
        uint32_t place = 0;
        if (!read_skip(walk, reader, middle, &newest, &place, error))
            return false;
        if (newest < rank)
            high = middle;
        else
            low = middle;
    }
    return low == walk->chunk || load_chunk(walk, reader, low, error);
}

bool history_posting_walk_seek(
    struct history_posting_walk *walk, struct history_reader *reader, uint32_t rank, struct error *error) {
    if (history_posting_walk_ended(walk) || walk->ranks[walk->next] <= rank)
        return true;
    if (walk->ranks[walk->loaded - 1] > rank && walk->chunk + 1 < walk->chunk_count &&
        !skip_chunks(walk, reader, rank, error))
        return false;
    while (!history_posting_walk_ended(walk) && walk->ranks[walk->next] > rank)
        if (!history_posting_walk_step(walk, reader, error))
            return false;
    return true;
}
