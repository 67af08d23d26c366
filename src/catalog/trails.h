/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trails: the trails, their tags and status, and their versions.
 *
 * A version is what a trail selects and where it delivers. Every change of that makes a version,
 * and it holds from the place of the change's own event in the journal: a change is committed
 * together with its outbox record, so the event (whose id the version names) always comes later,
 * and the one reader that meets it says where (catalog_version_resolve()). The event that starts
 * logging belongs to the new version; every other event of change belongs to the old one, so
 * StopLogging's own event is the last one delivered, and narrowing selectors hides nothing of itself.
 *
 * Deleted trails stay as rows, invisible to lists, until delivery and digests are done with them and
 * for the verifier after that.
 *
 * Threads: any. Reads of trails are served from memory, as of the last commit.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"

/* What insights a trail asks for: a set of these bits. */
enum { CATALOG_INSIGHTS_ALL = 15 };
static inline unsigned catalog_insight(bool is_error_rate, bool is_data) {
    return 1u << ((is_error_rate ? 1 : 0) + (is_data ? 2 : 0));
}

struct catalog_tag {
    struct str key, value;
    bool has_value; /* a tag may come without one */
};

struct catalog_trail_status {
    struct moment latest_delivery_time, latest_delivery_attempt_time;
    struct moment latest_delivery_success_time, latest_digest_delivery_time;
    struct str latest_delivery_error, latest_digest_delivery_error; /* S3 error codes; empty: fine */
    struct moment start_logging_time, stop_logging_time;
};

#define CATALOG_TRAIL_STATUS_NONE                                                                            \
    ((struct catalog_trail_status){                                                                          \
        MOMENT_NONE, MOMENT_NONE, MOMENT_NONE, MOMENT_NONE, STR_EMPTY, STR_EMPTY, MOMENT_NONE, MOMENT_NONE})

struct catalog_trail {
    uint64_t id;                                /* given by the catalog, never used twice */
    struct str account, home_region, name, arn; /* the trail's identity: never change */
    struct str s3_bucket_name, s3_key_prefix;
    struct str sns_topic_arn, sns_topic_name, kms_key_id;
    struct str cloud_watch_logs_log_group_arn, cloud_watch_logs_role_arn;
    bool include_global_service_events, is_multi_region, is_organization_trail;
    bool log_file_validation_enabled, has_custom_event_selectors, is_logging, is_deleted;
    struct str event_selectors; /* canonical JSON list; empty: the default of a new trail */
    bool event_selectors_are_advanced;
    unsigned insights;                     /* bits of catalog_insight() */
    struct str aggregation_configurations; /* {"AggregationConfigurations":[...]}; empty: none */
    struct moment created_at, updated_at;
    const struct catalog_tag *tags;
    size_t tag_count;
    struct catalog_trail_status status; /* written by delivery and digest */
};

/* Make a trail, with everything of `trail` but id, is_logging and status. ERROR_CONFLICT where the
 * account has one of that name in that home region. `event_id` is the change's own event. */
NODISCARD bool catalog_trail_create(struct catalog_change *change, const struct catalog_trail *trail,
    struct uuid event_id, uint64_t *ret_id, struct error *error);

/* Replace all that may change by what `trail` says (but is_logging and status), found by `trail->id`. */
NODISCARD bool catalog_trail_update(struct catalog_change *change, const struct catalog_trail *trail,
    struct uuid event_id, struct error *error);

/* StartLogging and StopLogging. Starting what runs, or stopping what stands, only moves the times. */
NODISCARD bool catalog_trail_set_logging(struct catalog_change *change, uint64_t trail_id, bool is_logging,
    struct moment now, struct uuid event_id, struct error *error);

/* Delete: stops logging where it runs; what was accepted before is still delivered. */
NODISCARD bool catalog_trail_delete(struct catalog_change *change, uint64_t trail_id, struct moment now,
    struct uuid event_id, struct error *error);

/* The status after an attempt to put a log file, or a digest: `why` is empty where it succeeded, else the
 * error's message, which starts with the S3 error code that the status keeps. */
NODISCARD bool catalog_trail_set_delivery_status(struct catalog_change *change, uint64_t trail_id,
    struct moment attempted_at, struct str why, struct error *error);
NODISCARD bool catalog_trail_set_digest_status(struct catalog_change *change, uint64_t trail_id,
    struct moment attempted_at, struct str why, struct error *error);

/* Copies in the arena. ERROR_NOT_FOUND where there is none (deleted ones are found by id only). */
NODISCARD bool catalog_trail_find(struct catalog *catalog, struct str account, struct str home_region,
    struct str name, struct arena *arena, struct catalog_trail *ret_trail, struct error *error);
NODISCARD bool catalog_trail_get(struct catalog *catalog, uint64_t trail_id, struct arena *arena,
    struct catalog_trail *ret_trail, struct error *error);

/* All trails that `region` of `account` shows: those at home there, and shadows of multi-region ones.
 * Empty texts: any. Sorted by account, name, home region. */
void catalog_trail_list(struct catalog *catalog, struct str account, struct str region, struct arena *arena,
    struct catalog_trail **ret_trails, size_t *ret_count);

/* Grows with every committed change of a trail (not of its status): cheap to poll. */
uint64_t catalog_trails_generation(struct catalog *catalog);

/* Versions, for delivery and digest. */
struct catalog_version {
    uint64_t id, trail_id;   /* ids grow with time */
    uint64_t from_position;  /* first journal position it holds for; 0: not met yet */
    struct uuid event_id;    /* the change's own event; all zero: it has none */
    bool includes_own_event; /* it starts logging: its event belongs to it */
    struct moment created_at;
    struct str account, home_region, trail_name, trail_arn;
    struct str s3_bucket_name, s3_key_prefix, event_selectors, kms_key_id;
    bool event_selectors_are_advanced, is_multi_region, include_global_service_events;
    bool is_logging, is_deleted, log_file_validation_enabled, has_aggregation;
    unsigned insights; /* bits of catalog_insight() */
};

/* Versions with an id above `after_id` (0: all), in order of id; of one trail or of all (0). */
NODISCARD bool catalog_version_list(struct catalog *catalog, uint64_t trail_id, uint64_t after_id,
    struct arena *arena, struct catalog_version **ret_versions, size_t *ret_count, struct error *error);
NODISCARD bool catalog_version_get(struct catalog *catalog, uint64_t version_id, struct arena *arena,
    struct catalog_version *ret_version, struct error *error);
NODISCARD bool catalog_version_resolve(
    struct catalog_change *change, uint64_t version_id, uint64_t from_position, struct error *error);
