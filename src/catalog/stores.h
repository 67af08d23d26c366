/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stores: event data stores, their tags, and their versions: what a store takes holds from a position of the
 * journal, so that a reader that comes later, or twice, fills it alike.
 *
 * Threads: any. Reads are served from memory, as of the last commit.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/trails.h" /* tags, bits of insights */

enum catalog_store_status {
    CATALOG_STORE_CREATED,
    CATALOG_STORE_ENABLED,
    CATALOG_STORE_PENDING_DELETION,
    CATALOG_STORE_STARTING_INGESTION,
    CATALOG_STORE_STOPPING_INGESTION,
    CATALOG_STORE_STOPPED_INGESTION
};
enum catalog_store_pricing { CATALOG_STORE_EXTENDABLE, CATALOG_STORE_FIXED };

struct catalog_store {
    uint64_t id;                      /* given by the catalog, never used twice */
    struct str uuid;                  /* 36 characters, lower case: the end of the ARN, the table's name */
    struct str account, region, name; /* where it lives */
    struct str arn;
    enum catalog_store_status status;
    enum catalog_store_pricing pricing;
    int64_t retention_days;
    bool is_multi_region, is_organization, has_termination_protection;
    struct str event_selectors; /* canonical JSON list; empty: all management events */
    struct str kms_key_id;
    bool takes_large_events;       /* MaxEventSize Large */
    struct str context_keys;       /* {"ContextKeySelectors":[...]}; empty: none */
    unsigned insights;             /* bits of catalog_insight() */
    struct str insights_store_arn; /* where they go */
    bool is_federated;
    struct str federation_role_arn;
    struct moment created_at, updated_at;
    struct moment deletion_at; /* of the request; MOMENT_NONE unless pending */
    const struct catalog_tag *tags;
    size_t tag_count;
};

/* Make a store, with everything of `store` but id. `from_position` as below. ERROR_CONFLICT where the account
 * has one of that name in that region. */
NODISCARD bool catalog_store_create(struct catalog_change *change, const struct catalog_store *store,
    uint64_t from_position, uint64_t *ret_id, struct error *error);

/* Replace all that may change by what `store` says. Where that changes what it takes (selectors, status,
 * regions), events from `from_position` on are taken by the new rules: only a store that is ENABLED or
 * STARTING_INGESTION takes any. ERROR_NOT_FOUND; ERROR_CONFLICT as above. */
NODISCARD bool catalog_store_update(struct catalog_change *change, const struct catalog_store *store,
    uint64_t from_position, struct error *error);

/* After the 7 days: the row and everything that hangs on it. */
NODISCARD bool catalog_store_remove(struct catalog_change *change, uint64_t store_id, struct error *error);

/* Copies in the arena. ERROR_NOT_FOUND. */
NODISCARD bool catalog_store_get(struct catalog *catalog, uint64_t store_id, struct arena *arena,
    struct catalog_store *ret_store, struct error *error);
NODISCARD bool catalog_store_find(struct catalog *catalog, struct str uuid, struct arena *arena,
    struct catalog_store *ret_store, struct error *error);

/* Sorted by id. Empty texts: any. */
void catalog_store_list(struct catalog *catalog, struct str account, struct str region, struct arena *arena,
    struct catalog_store **ret_stores, size_t *ret_count);

/* Grows with every committed change of a store: cheap to poll. */
uint64_t catalog_stores_generation(struct catalog *catalog);

/* What a store takes, from a position on. */
struct catalog_store_version {
    uint64_t id, store_id;
    uint64_t from_position;
    bool is_taking, is_multi_region, takes_large_events;
    struct str event_selectors;
};
NODISCARD bool catalog_store_version_list(struct catalog *catalog, uint64_t store_id, struct arena *arena,
    struct catalog_store_version **ret_versions, size_t *ret_count, struct error *error); /* oldest first */
