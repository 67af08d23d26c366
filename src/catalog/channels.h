/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channels: where events of other sources come in, and which event data stores they go to.
 *
 * Where a channel points holds from a position of the journal and is kept after its end, so that a reader
 * that comes later, or twice, sends its events to the same stores.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"

/* The latest attempts to send events through a channel. */
struct catalog_ingestion {
    struct moment success_at, attempt_at; /* MOMENT_NONE: never */
    struct str success_event_id, attempt_event_id;
    struct str error_code; /* of the latest failure; empty: none failed yet */
};

struct catalog_channel {
    uint64_t id;     /* given by the catalog, never used twice */
    struct str uuid; /* 36 characters, lower case: the end of the ARN */
    struct str account, region, arn;
    struct str name, source;
    struct str destinations; /* ARNs of event data stores, with spaces between */
    struct moment created_at, updated_at;
    struct catalog_ingestion ingestion;
};

/* Make a channel. ERROR_CONFLICT where the account has one of that name or source in that region. Its events
 * go to its destinations from `from_position` on. */
NODISCARD bool catalog_channel_create(struct catalog_change *change, const struct catalog_channel *channel,
    uint64_t from_position, uint64_t *ret_id, struct error *error);

/* Replace name, destinations and updated_at of the channel of that id; conflicts as above. */
NODISCARD bool catalog_channel_update(struct catalog_change *change, const struct catalog_channel *channel,
    uint64_t from_position, struct error *error);

/* With its tags and its policy. */
NODISCARD bool catalog_channel_delete(struct catalog_change *change, const struct catalog_channel *channel,
    uint64_t from_position, struct error *error);

/* ERROR_NOT_FOUND. */
NODISCARD bool catalog_channel_find(struct catalog *catalog, struct str uuid, struct arena *arena,
    struct catalog_channel *ret_channel, struct error *error);

/* Of an account and region, in order of creation. */
NODISCARD bool catalog_channel_list(struct catalog *catalog, struct str account, struct str region,
    struct arena *arena, struct catalog_channel **ret_channels, size_t *ret_count, struct error *error);

/* Does a channel send to that store? */
NODISCARD bool catalog_channel_names_store(
    struct catalog *catalog, struct str store_arn, bool *ret_does, struct error *error);

/* The stores (ARNs, with spaces between) of a channel's event at that position; empty where there is none. */
NODISCARD bool catalog_channel_destinations(struct catalog *catalog, struct str channel_arn,
    uint64_t position, struct arena *arena, struct str *ret_destinations, struct error *error);

/* Tell of an attempt: members that are MOMENT_NONE or empty stay as they were. Kept in memory, and at most
 * once a second in the file; catalog_channel_flush() writes the rest, before the catalog closes. */
void catalog_channel_note_ingestion(struct catalog *catalog, uint64_t channel_id,
    const struct catalog_ingestion *ingestion, struct moment now);
void catalog_channel_flush(struct catalog *catalog);
