/* SPDX-License-Identifier: Apache-2.0 */
#include "hit.h"

#include "base/check.h"

/* Admission let the record in by its own clock, before arrival was stamped: no time is too late here. */
static bool derive(struct history_reader *reader, const struct history_document *document,
    struct event_facets *ret_facets, struct error *error) {
    struct moment lenient = {document->arrived_at.ms + MS_PER_DAY};
    if (event_parse(reader->parser, document->record, lenient, ret_facets, error))
        return true;
    error->kind = ERROR_CORRUPT;
    return error_context(error, "event at position %llu", (unsigned long long)document->position);
}

bool history_hit_time(struct history_reader *reader, const struct history_document *document,
    int64_t *ret_time_ms, struct error *error) {
    struct event_facets facets = {.time = document->arrived_at};
    if (!document->is_payload && !derive(reader, document, &facets, error))
        return false;
    *ret_time_ms = facets.time.ms;
    return true;
}

static void append_payload(
    struct buf *payload, const struct history_document *document, const struct event_facets *facets) {
    struct event_envelope envelope = {.kind = document->kind,
        .door = document->door,
        .is_witnessed = document->is_witnessed,
        .is_archive = document->is_archive,
        .arrived_at = document->arrived_at,
        .principal = document->principal,
        .facets = *facets,
        .record = document->record};
    hash_sha256(str_bytes(document->record), envelope.sha256);
    buf_clear(payload);
    event_envelope_append(payload, &envelope);
}

bool history_hit_payload(struct history_reader *reader, const struct history_document *document,
    struct bytes *ret_payload, struct error *error) {
    struct event_facets facets = {0};
    if (document->is_payload && document->record.size > 0) {
        *ret_payload = str_bytes(document->record);
        return true;
    }
    if (!document->is_payload && !derive(reader, document, &facets, error))
        return false;
    append_payload(&reader->payload, document, &facets);
    *ret_payload = buf_bytes(&reader->payload);
    return true;
}

bool history_hit_make(struct history_reader *reader, const struct history_document *document,
    const struct history_question *question, struct arena *arena, struct history_hit *ret_hit,
    bool *ret_matches, struct error *error) {
    struct event_facets facets;
    *ret_matches = false;
    if (document->is_payload)
        return true;
    if (!derive(reader, document, &facets, error))
        return false;
    *ret_matches = history_question_matches(question, &facets, document->arrived_at.ms);
    if (!*ret_matches || ret_hit == NULL)
        return true;
    append_payload(&reader->payload, document, &facets);
    struct bytes payload = arena_bytes(arena, buf_bytes(&reader->payload));
    ret_hit->position = document->position;
    return event_envelope_parse(arena, payload, &ret_hit->envelope, error);
}
