/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resource_tags: the tags of channels and dashboards, by the resource's ARN.
 *
 * Threads: any.
 */
#pragma once

#include "catalog/catalog.h"
#include "catalog/trails.h" /* struct catalog_tag */

/* These and no others from now on; none: all are gone. */
NODISCARD bool catalog_resource_tags_put(struct catalog_change *change, struct str arn,
    const struct catalog_tag *tags, size_t count, struct error *error);

/* In the order in which they were put; none where there is no such resource. */
NODISCARD bool catalog_resource_tags_get(struct catalog *catalog, struct str arn, struct arena *arena,
    struct catalog_tag **ret_tags, size_t *ret_count, struct error *error);
