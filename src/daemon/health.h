/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health: what has stopped taking changes, asked for by /readyz and told once in the log.
 *
 * Threads: daemon_health_takes_changes() any; the report belongs to one.
 */
#pragma once

#include "base/time.h"

#include <stdbool.h>

struct admission;
struct catalog;
struct http_server;

struct health { /* what is asked is borrowed */
    struct admission *admission;
    struct catalog *catalog;
    const struct http_server *server;
    struct instant told_failures_at;
    uint64_t told_failures; /* answers of the server with a status of 500 or more */
    bool has_told_admission, has_told_catalog, is_disk_full; /* what the log says already */
};

bool daemon_health_takes_changes(const struct health *health);

/* Log what changed since the last report. */
void daemon_health_report(struct health *health);
