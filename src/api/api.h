/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api: CloudTrail's control operations, Cairn's own, and STS GetCallerIdentity, as rows of one table
 * (operation_table.h) plus a handler each. A folder above adds a table of its own: struct api_extension.
 *
 * Promise: every authenticated call is itself an event. The record of a call that changes something is
 * committed in the same catalog transaction as the change, and admitted before the answer, or at the
 * latest at the next start; calls that read, and calls that fail, are admitted before their answer.
 *
 * Threads: the service's callbacks run on the connection's thread; everything else any.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"

struct admission;
struct api;
struct api_extension;
struct auth;
struct buf;
struct catalog;
struct clock;
struct history;
struct http_service;
struct insights_query;
struct insights_values;
struct journal;
struct objects;

/* How far a reader of the journal is, for GetStatus. */
struct api_reader {
    struct str name;
    uint64_t position; /* everything up to it is taken */
};

/* An entry of the gateway, for GetStatus. Numbers are of calls. */
struct api_gateway {
    struct str name, listen, upstream, guarantee;
    uint64_t seen, recorded, gaps, refused, in_flight;
};

struct api_options { /* all borrowed */
    struct catalog *catalog;
    struct auth *auth;
    struct admission *admission;
    struct history *history;
    struct journal *journal; /* NULL: GetStatus tells nothing of it */
    struct objects *objects;
    struct clock *clock;
    struct str version; /* of Cairn */
    struct str region;  /* home region */
    bool enforce_bucket_policy;
    unsigned trails_per_region_max;
    /* The readers' positions, in the arena; NULL: GetStatus tells of history only. */
    size_t (*readers)(struct arena *arena, struct api_reader **ret_readers, void *context);
    /* The gateway's entries, in the arena; NULL: there is none. */
    size_t (*gateways)(struct arena *arena, struct api_gateway **ret_gateways, void *context);
    /* insights_query() of the daemon's insights; NULL: they are turned off. */
    bool (*insights_query)(const struct insights_query *query, struct arena *arena,
        struct insights_values *ret_values, void *context, struct error *error);
    void *readers_context;                 /* of all three */
    const struct api_extension *extension; /* NULL: none */
    void *extension_context;               /* for its handlers */
};

/* ERROR_* of the catalog, where the key for page tokens is kept. */
NODISCARD struct api *api_create(const struct api_options *options, struct error *error);
void api_destroy(struct api *api); /* NULL is fine */

/* Admit the records that a crash left between commit and admission. After admission_start(), before
 * listening. */
NODISCARD bool api_replay_outbox(struct api *api, struct error *error);

/* What answers requests for CloudTrail (X-Amz-Target), Cairn (the same) and STS. */
const struct http_service *api_service(struct api *api);

struct api_stats {
    uint64_t calls, failures; /* answered; of them with an error */
    uint64_t authentication_failures;
    uint64_t unrecorded_calls; /* read calls answered while no record could be admitted */
};
struct api_stats api_stats(struct api *api);

/* The documentation's table of operations, in Markdown, from the rows. */
void api_append_operations(struct buf *buf, const struct api_extension *extension);
