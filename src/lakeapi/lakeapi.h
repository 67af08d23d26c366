/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lakeapi: CloudTrail Lake's operations, as an extension of api: rows of operation_table.h plus a handler
 * each, one file per resource (event data stores, queries, imports, channels, policies, dashboards, ...).
 *
 * Promise: as api's: a change and its record commit as one. Nothing of a resource is shown or done but to its
 * own account in its own region, or to whom its resource policy names.
 *
 * Threads: any; handlers run on the connection's thread.
 */
#pragma once

#include "base/error.h"
#include "base/time.h"

struct api;
struct api_extension;
struct engine;
struct imports;
struct lake;
struct queries;

/* What the handlers work on, beside what every call has: api_options.extension_context. Borrowed; each may be
 * NULL where the daemon runs without it, and its operations say so. */
struct lakeapi {
    struct lake *lake;
    struct queries *queries;
    struct imports *imports;
    struct engine *engine;
    unsigned stores_max; /* of an account and region; 0: 10, as AWS */
};

/* api_options.extension; constant. */
const struct api_extension *lakeapi_extension(void);

/* Start the refreshes of dashboards that are due by schedule. To be called every minute or so, by one thread.
 */
NODISCARD bool lakeapi_run_schedules(struct api *api, struct moment now, struct error *error);
