/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: from a body that another's audit log sent to CloudTrail records. Private to sources.
 *
 * A body is one JSON document, an array of them, or one a line. Every event gives a record, also one that
 * says little: what is missing is left out. The id of a record follows from what the source calls unique,
 * else from the event's text, so that an event that comes again is the same.
 *
 * Threads: a reading one owner.
 */
#pragma once

#include "call/call.h"
#include "event/event.h"
#include "sources/sources.h"

enum {
    SOURCES_EVENTS_MAX = 10000, /* of one body */
    SOURCES_TEXT_SIZE_MAX = 1024,
    SOURCES_GROUPS_MAX = 64,
};

struct source_reading {
    const struct source_entry *entry; /* with account and region */
    struct moment now;
    /* Once per record, JSON_PADDING readable bytes behind it; false stops the reading. */
    bool (*on_record)(struct str record, void *context);
    void *context;

    /* The rest is the reading's own. */
    struct arena arena; /* of one event */
    struct call_recorder *recorder;
    struct buf record;
    size_t event_count, record_count, skipped_count;
    bool was_stopped;
};

void sources_reading_init(struct source_reading *reading);
void sources_reading_finish(struct source_reading *reading);

/* ERROR_INVALID says what of the body is no such event, ERROR_LIMIT where there are too many; records may
 * have been given before. True also where on_record stopped it. */
NODISCARD bool sources_read_minio(struct source_reading *reading, struct str body, struct error *error);
NODISCARD bool sources_read_kubernetes(struct source_reading *reading, struct str body, struct error *error);

/* For the two: cut a body into its documents. on_document returns false on an error, which it sets. */
typedef bool sources_on_document(
    struct source_reading *reading, struct json_value document, struct error *error);
NODISCARD bool sources_read_documents(
    struct source_reading *reading, struct str body, sources_on_document *on_document, struct error *error);

/* Count an event; ERROR_LIMIT past SOURCES_EVENTS_MAX. Memory of the event before is given back. */
NODISCARD bool sources_begin_event(struct source_reading *reading, struct error *error);

/* Complete the call with what all events of the source have in common, and give its record. */
void sources_add(struct source_reading *reading, struct call *call);

/* The id of what `name` is unique for within the source; of the event's text where it is empty. */
struct uuid sources_event_id(
    const struct source_reading *reading, struct str name, struct json_value event, size_t part);

/* A time as events have it; now where it is missing or one that admission does not take. */
struct moment sources_time(const struct source_reading *reading, struct json_value time);

/* The text of a member, cut to SOURCES_TEXT_SIZE_MAX bytes. */
struct str sources_text(struct json_value object, const char *member);

/* A member unless its text is empty. */
void sources_write_text(struct json_writer *writer, const char *name, struct str text);

/* Is this the name of a parameter whose value may be a secret? */
bool sources_is_secret_name(struct arena *arena, struct str name);
