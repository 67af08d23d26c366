/* SPDX-License-Identifier: Apache-2.0 */
/* hit: from a stored document back to the event as it was admitted. Threads: as the reader. */
#pragma once

#include "document.h"
#include "question.h"
#include "reader.h"

/* Does the document match? Then make a hit in `arena`, unless `ret_hit` is NULL. */
NODISCARD bool history_hit_make(struct history_reader *reader, const struct history_document *document,
    const struct history_question *question, struct arena *arena, struct history_hit *ret_hit,
    bool *ret_matches, struct error *error);

/* Event time of a stored event. */
NODISCARD bool history_hit_time(struct history_reader *reader, const struct history_document *document,
    int64_t *ret_time_ms, struct error *error);

/* The journal payload, in reader->payload until its next use. */
NODISCARD bool history_hit_payload(struct history_reader *reader, const struct history_document *document,
    struct bytes *ret_payload, struct error *error);
