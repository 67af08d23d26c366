/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lake_parts: what CloudTrail Lake consists of in the daemon: the engine, the stores and the thread that
 * fills them, queries and imports; and the thread that drops the rows of old queries and refreshes dashboards
 * by their schedules.
 *
 * Without the engine's library all of it runs, and each operation that needs it says so.
 *
 * Threads: open, start, stop and close from the main thread; the rest any.
 */
#pragma once

#include "base/error.h"
#include "lakeapi/lakeapi.h"

#include "option.h"

struct api;
struct catalog;
struct disk;
struct history;
struct journal;
struct lake_parts;
struct metrics;
struct objects;

struct lake_parts_options { /* all borrowed */
    const struct options *options;
    struct disk *disk;
    struct catalog *catalog;
    struct history *history;
    struct journal *journal;
    struct objects *objects;
};

NODISCARD struct lake_parts *daemon_lake_parts_open(
    const struct lake_parts_options *options, struct error *error);
void daemon_lake_parts_start(
    struct lake_parts *parts, struct api *api /* for scheduled refreshes; borrowed */);

/* Connections that wait for the check of a statement go on within seconds. Once no request comes any more,
 * and before the server waits for those that are there. NULL is fine. */
void daemon_lake_parts_end_checks(struct lake_parts *parts);

/* End the threads: queries are cut and imports pause, both to go on at the next start; what was read of the
 * journal is in the stores. Before catalog and journal close, after the last request. NULL is fine. */
void daemon_lake_parts_stop(struct lake_parts *parts);
void daemon_lake_parts_close(struct lake_parts *parts); /* NULL is fine */

/* For api_options.extension_context. */
struct lakeapi *daemon_lake_parts_api(struct lake_parts *parts);

/* Position that all stores have reached. */
uint64_t daemon_lake_parts_position(struct lake_parts *parts);
void daemon_lake_parts_fill_metrics(struct lake_parts *parts, struct metrics *metrics);
