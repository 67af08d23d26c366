/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policies: resource policies of channels, event data stores and dashboards, by ARN.
 *
 * Threads: any.
 */
#pragma once

#include "catalog/catalog.h"

enum { CATALOG_POLICY_SIZE_MAX = 8192 };

/* The policy's text exactly as it was sent; replaces another one. */
NODISCARD bool catalog_policy_put(
    struct catalog_change *change, struct str arn, struct str policy, struct error *error);

/* ERROR_NOT_FOUND where the resource has none. */
NODISCARD bool catalog_policy_get(struct catalog *catalog, struct str arn, struct arena *arena,
    struct str *ret_policy, struct error *error);

/* With the resource, or alone; none is fine: `ret_had_one` may be NULL. */
NODISCARD bool catalog_policy_delete(
    struct catalog_change *change, struct str arn, bool *ret_had_one, struct error *error);
