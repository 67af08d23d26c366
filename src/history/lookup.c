/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup: the newest events that a question matches, from memtables and segments together. Every source
 * gives candidates newest first; the newest of all is read, checked against its own facets
 * (index hashes may collide) and taken.
 */
#include "base/check.h"
#include "base/own.h"

#include "hit.h"
#include "store.h"
#include "stream.h"

struct memory_stream {
    const struct history_memtable_view *view;
    struct history_key *keys; /* the next candidates */
    size_t count, next;
    bool is_last; /* there are none after these */
};

struct search {
    struct history *history;
    struct history_question question;
    struct history_snapshot snapshot;
    struct history_reader *reader;
    struct arena scratch;
    struct memory_stream memories[2];
    struct history_stream *streams;
    size_t stream_count;
    size_t batch; /* candidates fetched from a memtable at once */
};

static void search_finish(struct search *search) {
    history_reader_return(search->history, search->reader);
    history_snapshot_release(search->history, &search->snapshot);
    arena_finish(&search->scratch);
}

static void fill_memory(struct search *search, struct memory_stream *stream, struct history_key bound) {
    stream->count =
        history_memtable_find(stream->view, &search->question, bound, search->batch, stream->keys);
    stream->next = 0;
    stream->is_last = stream->count < search->batch;
}

static void open_sources(struct search *search) {
    for (unsigned i = 0; i < search->snapshot.memory_count; i++) {
        struct memory_stream *stream = &search->memories[i];
        stream->view = &search->snapshot.views[i];
        stream->keys = ARENA_ARRAY(&search->scratch, search->batch, struct history_key);
        fill_memory(search, stream, search->question.before);
    }
    const struct history_set *set = search->snapshot.set;
    search->streams = ARENA_ARRAY(&search->scratch, set->count, struct history_stream);
    for (size_t i = 0; i < set->count; i++)
        if (history_stream_init(&search->streams[search->stream_count], set->segments[i], &search->question))
            search->stream_count++;
}

/* Where the next candidate is: a memtable, a segment, or nowhere. */
struct source {
    struct memory_stream *memory;
    struct history_stream *segment;
    struct history_key key;
};

static struct source newest_source(struct search *search) {
    struct source source = {0};
    for (unsigned i = 0; i < search->snapshot.memory_count; i++) {
        struct memory_stream *stream = &search->memories[i];
        if (stream->next == stream->count)
            continue;
        struct history_key key = stream->keys[stream->next];
        if (source.memory == NULL || history_key_is_before(source.key, key))
            source = (struct source){.memory = stream, .key = key};
    }
    for (size_t i = 0; i < search->stream_count; i++) {
        struct history_stream *stream = &search->streams[i];
        bool is_first = source.memory == NULL && source.segment == NULL;
        if (stream->has_head && (is_first || history_key_is_before(source.key, stream->head)))
            source = (struct source){.segment = stream, .key = stream->head};
    }
    return source;
}

static bool read_candidate(struct search *search, const struct source *source,
    struct history_document *ret_document, struct error *error) {
    if (source->segment != NULL)
        return history_segment_document(
            source->segment->segment, search->reader, source->segment->head_offset, ret_document, error);
    history_memtable_document(source->memory->view->memtable, source->key.position, ret_document);
    return true;
}

static bool advance(struct search *search, const struct source *source, struct error *error) {
    if (source->segment != NULL)
        return history_stream_advance(
            source->segment, &search->question, search->reader, &search->scratch, error);
    struct memory_stream *stream = source->memory;
    if (++stream->next == stream->count && !stream->is_last)
        fill_memory(search, stream, source->key);
    return true;
}

/* The next event that matches, made into a hit unless `ret_hit` is NULL; `ret_found` false at the end. */
static bool next_hit(struct search *search, struct arena *arena, struct history_hit *ret_hit, bool *ret_found,
    struct error *error) {
    *ret_found = false;
    while (!*ret_found) {
        struct source source = newest_source(search);
        if (source.memory == NULL && source.segment == NULL)
            return true;
        if (source.segment == NULL || source.segment->is_open) {
            struct history_document document;
            if (!read_candidate(search, &source, &document, error) ||
                !history_hit_make(
                    search->reader, &document, &search->question, arena, ret_hit, ret_found, error))
                return false;
        }
        if (!advance(search, &source, error))
            return false;
    }
    return true;
}

static bool begin(struct search *search, const struct history_query *query, struct error *error) {
    if (!history_question_prepare(query, &search->question, error))
        return false;
    history_snapshot_take(search->history, &search->question, &search->snapshot);
    search->reader = history_reader_borrow(search->history);
    search->batch = query->limit + 1;
    if (query->position_max == 0)
        search->question.position_max = search->snapshot.applied_position;
    int64_t now_ms = query->now.ms > search->snapshot.now_ms ? query->now.ms : search->snapshot.now_ms;
    int64_t retention_ms = search->history->options.retention_ms;
    if (retention_ms > 0 && now_ms > INT64_MIN + retention_ms)
        search->question.later_ms_min = now_ms - retention_ms;
    return true;
}

bool history_lookup(struct history *history, const struct history_query *query, struct arena *arena,
    struct history_page *ret_page, struct error *error) {
    struct search prepared = {.history = history};
    if (!begin(&prepared, query, error))
        return false;
    SCOPED(search_finish) struct search search = prepared;
    open_sources(&search);
    struct history_page page = {.hits = ARENA_ARRAY(arena, query->limit, struct history_hit),
        .position_max = search.question.position_max};
    bool found = true;
    while (found && page.count < query->limit) {
        if (!next_hit(&search, arena, &page.hits[page.count], &found, error))
            return error_context(error, "look up");
        page.count += found;
    }
    if (found && !next_hit(&search, arena, NULL, &page.has_more, error))
        return error_context(error, "look up");
    *ret_page = page;
    return true;
}
