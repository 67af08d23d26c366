/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health: what has stopped taking changes, asked for by /readyz and told once in the log.
 *
 * Threads: daemon_health_takes_changes() any; the report belongs to one.
 */
#pragma once

#include <stdbool.h>

struct admission;
struct catalog;

struct health { /* the stores are borrowed */
    struct admission *admission;
    struct catalog *catalog;
    bool has_told_admission, has_told_catalog, is_disk_full; /* what the log says already */
};

bool daemon_health_takes_changes(const struct health *health);

/* Log what changed since the last report. */
void daemon_health_report(struct health *health);
