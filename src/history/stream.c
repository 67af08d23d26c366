/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include "hit.h"

struct history_lists {
    size_t count;
    struct history_posting_walk *walks[HISTORY_FILTERS_MAX]; /* the shortest first */
};

bool history_stream_init(struct history_stream *stream, const struct history_segment *segment,
    const struct history_question *question) {
    const struct history_footer *footer = &segment->footer;
    if ((footer->categories & question->categories) == 0 || footer->first_position > question->position_max ||
        footer->time_ms_max < question->time_ms_min || footer->later_ms_max < question->later_ms_min ||
        footer->time_ms_min > question->before.time_ms)
        return false;
    struct history_key newest = {footer->time_ms_max, history_segment_end(segment)};
    *stream = (struct history_stream){.segment = segment,
        .has_head = true,
        .head = history_key_is_before(question->before, newest) ? question->before : newest};
    return true;
}

static bool open_category(struct history_stream *stream, const struct history_question *question,
    unsigned category, struct history_reader *reader, struct arena *arena, struct error *error) {
    struct history_lists *lists = ARENA_NEW(arena, struct history_lists);
    for (; lists->count < question->term_count; lists->count++) {
        struct history_posting_walk *walk = ARENA_NEW(arena, struct history_posting_walk);
        if (!history_posting_walk_start(
                walk, stream->segment, reader, question->terms[category][lists->count], error))
            return false;
        if (history_posting_walk_ended(walk))
            return true; /* one empty list: nothing of this category */
        size_t place = lists->count;
        for (; place > 0 && lists->walks[place - 1]->count > walk->count; place--)
            lists->walks[place] = lists->walks[place - 1];
        lists->walks[place] = walk;
    }
    /* Start below what the question excludes; later steps never go back up. */
    if (stream->rank_end == 0)
        return true;
    if (!history_posting_walk_seek(lists->walks[0], reader, stream->rank_end - 1, error))
        return false;
    stream->categories[category] = lists;
    return true;
}

static void insert_id(struct history_stream *stream, struct history_key key) {
    size_t place = stream->id_count++;
    for (; place > 0 && history_key_is_before(stream->ids[place - 1], key); place--)
        stream->ids[place] = stream->ids[place - 1];
    stream->ids[place] = key;
}

/* Event time and position of the event that entry `index` of the ids leads to. */
static bool read_id(const struct history_stream *stream, struct history_reader *reader, uint32_t index,
    struct history_key *ret_key, struct error *error) {
    uint64_t key = 0;
    uint32_t unused = 0;
    struct history_document document;
    if (!history_table_entry(stream->segment, reader, HISTORY_IDS, index, &key, &unused, error))
        return false;
    uint32_t offset = (uint32_t)(key & ((1U << HISTORY_OFFSET_BITS) - 1));
    if (!history_segment_document(stream->segment, reader, offset, &document, error))
        return false;
    ret_key->position = document.position;
    return history_hit_time(reader, &document, &ret_key->time_ms, error);
}

static bool open_ids(struct history_stream *stream, const struct history_question *question,
    struct history_reader *reader, struct arena *arena, struct error *error) {
    uint64_t wanted = question->id_hash >> HISTORY_OFFSET_BITS;
    uint32_t index = 0;
    uint32_t end = 0;
    if (!history_table_search(
            stream->segment, reader, HISTORY_IDS, wanted << HISTORY_OFFSET_BITS, &index, error) ||
        !history_table_search(
            stream->segment, reader, HISTORY_IDS, (wanted + 1) << HISTORY_OFFSET_BITS, &end, error))
        return false;
    if (wanted + 1 == 1ULL << (64 - HISTORY_OFFSET_BITS)) /* nothing is above the last hash */
        end = stream->segment->footer.tables[HISTORY_IDS].entry_count;
    if (index < end)
        stream->ids = ARENA_ARRAY(arena, end - index, struct history_key);
    for (; index < end; index++) {
        struct history_key key;
        if (!read_id(stream, reader, index, &key, error))
            return false;
        insert_id(stream, key);
    }
    return true;
}

static bool open_stream(struct history_stream *stream, const struct history_question *question,
    struct history_reader *reader, struct arena *arena, struct error *error) {
    stream->is_open = true;
    if (question->has_id)
        return open_ids(stream, question, reader, arena, error);
    if (!history_segment_rank_before(stream->segment, reader, question->before.time_ms,
            question->before.position, &stream->rank_end, error))
        return false;
    for (unsigned category = 0; category < HISTORY_CATEGORY_COUNT; category++)
        if ((question->categories & stream->segment->footer.categories) >> category & 1)
            if (!open_category(stream, question, category, reader, arena, error))
                return false;
    return true;
}

/* Bring all lists to the newest rank they have in common; `ret_found` is false where there is none. */
static bool agree(
    struct history_lists *lists, struct history_reader *reader, bool *ret_found, struct error *error) {
    struct history_posting_walk *first = lists->walks[0];
    *ret_found = false;
    for (size_t agreed = 1; agreed < lists->count;) {
        struct history_posting_walk *walk = lists->walks[agreed];
        if (history_posting_walk_ended(first))
            return true;
        uint32_t goal = history_posting_walk_rank(first);
        if (!history_posting_walk_seek(walk, reader, goal, error))
            return false;
        if (history_posting_walk_ended(walk))
            return true;
        if (history_posting_walk_rank(walk) == goal) {
            agreed++;
            continue;
        }
        if (!history_posting_walk_seek(first, reader, history_posting_walk_rank(walk), error))
            return false;
        agreed = 1;
    }
    *ret_found = !history_posting_walk_ended(first);
    return true;
}

/* The newest rank that any category is at; that category then steps on. */
static bool next_rank(struct history_stream *stream, struct history_reader *reader, bool *ret_found,
    uint32_t *ret_rank, struct error *error) {
    struct history_lists *newest = NULL;
    for (unsigned category = 0; category < HISTORY_CATEGORY_COUNT; category++) {
        struct history_lists *lists = stream->categories[category];
        bool found = false;
        if (lists == NULL)
            continue;
        if (!agree(lists, reader, &found, error))
            return false;
        if (!found)
            stream->categories[category] = NULL;
        else if (newest == NULL ||
                 history_posting_walk_rank(lists->walks[0]) > history_posting_walk_rank(newest->walks[0]))
            newest = lists;
    }
    *ret_found = newest != NULL;
    if (newest == NULL)
        return true;
    *ret_rank = history_posting_walk_rank(newest->walks[0]);
    return history_posting_walk_step(newest->walks[0], reader, error);
}

static void advance_ids(struct history_stream *stream, const struct history_question *question) {
    stream->has_head = false;
    while (stream->id_next < stream->id_count && !stream->has_head) {
        struct history_key key = stream->ids[stream->id_next++];
        if (key.position > question->position_max || key.time_ms < question->time_ms_min ||
            !history_key_is_before(key, question->before))
            continue;
        stream->has_head = true;
        stream->head = key;
        stream->head_offset = (uint32_t)(key.position - stream->segment->footer.first_position);
    }
}

bool history_stream_advance(struct history_stream *stream, const struct history_question *question,
    struct history_reader *reader, struct arena *arena, struct error *error) {
    if (!stream->is_open && !open_stream(stream, question, reader, arena, error))
        return false;
    if (question->has_id) {
        advance_ids(stream, question);
        return true;
    }
    for (;;) {
        uint32_t rank = 0;
        struct history_key key = {0};
        stream->has_head = false;
        bool found = false;
        if (!next_rank(stream, reader, &found, &rank, error))
            return false;
        if (!found)
            return true;
        if (!history_segment_row(stream->segment, reader, rank, &key.time_ms, &stream->head_offset, error))
            return false;
        key.position = stream->segment->footer.first_position + stream->head_offset;
        if (key.time_ms < question->time_ms_min)
            return true; /* and all after it are older */
        if (key.position > question->position_max)
            continue;
        stream->head = key;
        stream->has_head = true;
        return true;
    }
}
