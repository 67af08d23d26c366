/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imports: imports of archives into event data stores, how far each is, and what it could not take.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"

enum catalog_import_status {
    CATALOG_IMPORT_INITIALIZING,
    CATALOG_IMPORT_IN_PROGRESS,
    CATALOG_IMPORT_COMPLETED,
    CATALOG_IMPORT_FAILED, /* ended, and some files could not be taken */
    CATALOG_IMPORT_STOPPED
};

struct catalog_import {
    uint64_t id;          /* given by the catalog; grows with time */
    struct str import_id; /* UUID text */
    struct str account, region;
    struct str store_arn, store_uuid; /* the one destination */
    struct str location_uri;          /* s3://bucket/prefix, as it was sent */
    struct str bucket_region, role_arn;
    struct moment from_time, to_time; /* MOMENT_NONE: open */
    enum catalog_import_status status;
    struct moment created_at, updated_at;
    uint64_t prefixes_found, prefixes_completed, files_completed, events_completed, failed_entries;
    bool is_retry;        /* this run takes only the files that failed */
    struct str after_key; /* of the last file that is done, in the archive's order */
    uint64_t files_proved, files_altered, files_missing, files_unproved, files_failed; /* archive_counts */
    struct str proof; /* what the digests proved, one sentence; empty: not told yet */
    bool is_proved_complete;
};

/* Add one, INITIALIZING. ERROR_CONFLICT where its account and region have one that runs. */
NODISCARD bool catalog_import_add(
    struct catalog_change *change, const struct catalog_import *import, struct error *error);
/* Replace all that may change, found by its id. ERROR_CONFLICT as above, where it is to run (again). */
NODISCARD bool catalog_import_update(
    struct catalog_change *change, const struct catalog_import *import, struct error *error);
NODISCARD bool catalog_import_get(struct catalog *catalog, struct str import_id, struct arena *arena,
    struct catalog_import *ret_import, struct error *error); /* ERROR_NOT_FOUND */

struct catalog_import_filter { /* newest first */
    struct str account, region;
    struct str store_arn; /* empty: any */
    bool has_status;
    enum catalog_import_status status;
    uint64_t before_id; /* continue below this id; 0: from the newest */
    size_t limit;
};
NODISCARD bool catalog_import_list(struct catalog *catalog, const struct catalog_import_filter *filter,
    struct arena *arena, struct catalog_import **ret_imports, size_t *ret_count, struct error *error);
/* INITIALIZING and IN_PROGRESS ones of all accounts, oldest first. */
NODISCARD bool catalog_import_list_open(struct catalog *catalog, struct arena *arena,
    struct catalog_import **ret_imports, size_t *ret_count, struct error *error);
/* Does one that runs fill this store? */
NODISCARD bool catalog_import_is_running(
    struct catalog *catalog, struct str store_uuid, bool *ret_is_running, struct error *error);

enum catalog_import_failure_status {
    CATALOG_IMPORT_FAILURE_FAILED,
    CATALOG_IMPORT_FAILURE_RETRY,
    CATALOG_IMPORT_FAILURE_SUCCEEDED
};
struct catalog_import_failure {
    uint64_t id;
    uint64_t import;     /* catalog_import.id */
    struct str location; /* s3://bucket/key */
    enum catalog_import_failure_status status;
    struct str error_type, error_message;
    struct moment updated_at;
};

/* Write one; an earlier one of that import and location is replaced. */
NODISCARD bool catalog_import_failure_put(
    struct catalog_change *change, const struct catalog_import_failure *failure, struct error *error);
NODISCARD bool catalog_import_failure_list(struct catalog *catalog, uint64_t import, uint64_t after_id,
    size_t limit, struct arena *arena, struct catalog_import_failure **ret_failures, size_t *ret_count,
    struct error *error); /* oldest first, with ids above `after_id` */
