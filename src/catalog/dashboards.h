/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dashboards: queries beside each other, run again on demand or by schedule.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"

struct catalog_dashboard {
    uint64_t id; /* given by the catalog, never used twice */
    struct str account, region, name, arn;
    bool is_managed;    /* the Highlights dashboard, whose widgets are Cairn's */
    struct str widgets; /* JSON list, as GetDashboard shows it */
    bool has_schedule, schedule_is_enabled, schedule_is_days;
    uint64_t schedule_value;         /* hours or days */
    struct str schedule_time_of_day; /* "hh:mm", UTC; of hourly ones the minutes count */
    bool has_termination_protection, is_updated;
    struct moment created_at, updated_at;
    struct moment next_refresh_at;  /* by schedule; MOMENT_NONE: none is due */
    struct str last_refresh_id;     /* empty: never refreshed */
    struct str last_failure_reason; /* of the last scheduled refresh; empty: it went well */
};

/* ERROR_CONFLICT where the account has one of that name in that region. */
NODISCARD bool catalog_dashboard_create(struct catalog_change *change,
    const struct catalog_dashboard *dashboard, uint64_t *ret_id, struct error *error);

/* Write all of it, found by its id. */
NODISCARD bool catalog_dashboard_update(
    struct catalog_change *change, const struct catalog_dashboard *dashboard, struct error *error);

/* With its tags, policy and aliases. */
NODISCARD bool catalog_dashboard_delete(
    struct catalog_change *change, const struct catalog_dashboard *dashboard, struct error *error);

/* ERROR_NOT_FOUND. */
NODISCARD bool catalog_dashboard_find(struct catalog *catalog, struct str account, struct str region,
    struct str name, struct arena *arena, struct catalog_dashboard *ret_dashboard, struct error *error);

/* Of an account and region, by name. */
NODISCARD bool catalog_dashboard_list(struct catalog *catalog, struct str account, struct str region,
    struct arena *arena, struct catalog_dashboard **ret_dashboards, size_t *ret_count, struct error *error);

/* Those whose scheduled refresh is due, of all accounts. */
NODISCARD bool catalog_dashboard_list_due(struct catalog *catalog, struct moment now, struct arena *arena,
    struct catalog_dashboard **ret_dashboards, size_t *ret_count, struct error *error);
