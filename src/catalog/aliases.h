/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aliases: query statements under a name that StartQuery takes in their place: the widgets of dashboards, and
 * what GenerateQuery answered.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"

struct catalog_alias {
    uint64_t id;
    struct str account, region, alias;
    struct str statement;     /* with '?' where parameters go */
    struct str prompt;        /* of a generated one; empty: a widget's */
    struct str dashboard_arn; /* of a widget's; empty: generated */
    struct moment created_at;
};

/* ERROR_CONFLICT where the account has that alias in that region. */
NODISCARD bool catalog_alias_add(
    struct catalog_change *change, const struct catalog_alias *alias, struct error *error);

/* ERROR_NOT_FOUND. */
NODISCARD bool catalog_alias_find(struct catalog *catalog, struct str account, struct str region,
    struct str alias, struct arena *arena, struct catalog_alias *ret_alias, struct error *error);

/* Those of a dashboard. */
NODISCARD bool catalog_alias_delete_of(
    struct catalog_change *change, struct str dashboard_arn, struct error *error);

/* Generated ones that are older. */
NODISCARD bool catalog_alias_delete_generated(
    struct catalog_change *change, struct moment before, struct error *error);
