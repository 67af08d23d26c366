/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: what one segment may have for a question, newest first. Nothing is read before the
 * first history_stream_advance(), so segments that are too old to matter cost nothing.
 *
 * Threads: one owner.
 */
#pragma once

#include "question.h"
#include "segment.h"

struct history_lists; /* the walks of one category */

struct history_stream {
    const struct history_segment *segment;
    bool is_open, has_head;
    struct history_key head; /* before it is open: nothing in the segment is newer */
    uint32_t head_offset;
    struct history_lists *categories[HISTORY_CATEGORY_COUNT]; /* in the arena; NULL: nothing more */
    uint32_t rank_end;                                        /* only ranks below */
    struct history_key *ids; /* for an event id: its few places, newest first */
    size_t id_count, id_next;
};

/* False where the footer alone rules the segment out. */
bool history_stream_init(struct history_stream *stream, const struct history_segment *segment,
    const struct history_question *question);

/* Go to the next candidate (open the segment at first); `has_head` is false at the end. */
NODISCARD bool history_stream_advance(struct history_stream *stream, const struct history_question *question,
    struct history_reader *reader, struct arena *arena, struct error *error);
