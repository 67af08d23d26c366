/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plans: the log files of trails, planned before they are written.
 *
 * A plan names everything that makes the file: the trail's version, account, region and folder, the
 * journal positions it spans, how many records, the SHA-256 of its inflated bytes and the object key.
 * The delivery reader's position moves in the same change, so that after a crash every event is in
 * exactly one plan or still ahead of the reader, and a file that was not put is built again, the same.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"
#include "codec/hash.h"

enum catalog_plan_state {
    CATALOG_PLAN_PLANNED = 0, /* to be put */
    CATALOG_PLAN_DONE = 1,    /* put and acknowledged */
    CATALOG_PLAN_LOST = 2     /* given up after the retry period; a gap event says so */
};

struct catalog_plan {
    uint64_t id, trail_id, version_id;
    struct str account, region;
    struct str folder; /* "CloudTrail", "CloudTrail-Insight", ... */
    uint64_t first_position, last_position, record_count, raw_bytes;
    uint8_t raw_sha256[SHA256_SIZE];
    struct moment oldest_event_at, newest_event_at;
    struct str bucket, object_key;
    bool is_digested;   /* log file validation was on: a digest must name it */
    uint64_t digest_id; /* the digest that names it; 0: none yet */
    unsigned state;     /* enum catalog_plan_state */
    struct moment planned_at, delivered_at;
    uint64_t attempts;
    struct str last_error;
};

/* The delivery reader: everything before `position` is planned or not wanted by any trail. 1 at first. */
NODISCARD bool catalog_reader_position(
    struct catalog *catalog, const char *reader, uint64_t *ret_position, struct error *error);
NODISCARD bool catalog_reader_advance(
    struct catalog_change *change, const char *reader, uint64_t position, struct error *error);

/* ERROR_CONFLICT where another plan has that object key. */
NODISCARD bool catalog_plan_add(
    struct catalog_change *change, const struct catalog_plan *plan, uint64_t *ret_id, struct error *error);
NODISCARD bool catalog_plan_set_done(
    struct catalog_change *change, uint64_t plan_id, struct moment delivered_at, struct error *error);
NODISCARD bool catalog_plan_set_failed(
    struct catalog_change *change, uint64_t plan_id, struct str why, struct error *error);
NODISCARD bool catalog_plan_set_lost(struct catalog_change *change, uint64_t plan_id, struct error *error);

/* A lane is what fails and is retried together: the planned files of one trail for one bucket. */
struct catalog_lane {
    uint64_t trail_id;
    struct str bucket;
};
NODISCARD bool catalog_plan_list_lanes(struct catalog *catalog, struct arena *arena,
    struct catalog_lane **ret_lanes, size_t *ret_count, struct error *error);

/* Planned files of a lane, in order of their first position, at most `limit`. */
NODISCARD bool catalog_plan_list_planned(struct catalog *catalog, struct catalog_lane lane, size_t limit,
    struct arena *arena, struct catalog_plan **ret_plans, size_t *ret_count, struct error *error);

/* How far each group is planned, for groups with a plan that ends at `from_position` or later. */
struct catalog_planned_group {
    uint64_t trail_id;
    struct str region, folder;
    uint64_t last_position;
};
NODISCARD bool catalog_plan_list_groups(struct catalog *catalog, uint64_t from_position, struct arena *arena,
    struct catalog_planned_group **ret_groups, size_t *ret_count, struct error *error);

/* Planned but neither done nor lost; `trail_id` 0: of all trails. `for_digest`: only those that a digest must
 * name. */
NODISCARD bool catalog_plan_backlog(
    struct catalog *catalog, uint64_t trail_id, bool for_digest, uint64_t *ret_count, struct error *error);

/* For digests: done files of (trail, region) that no digest names yet, oldest plans first, at most
 * `*count`, which becomes how many there are; and the files a digest names. */
NODISCARD bool catalog_plan_list_undigested(struct catalog *catalog, uint64_t trail_id, struct str region,
    struct arena *arena, struct catalog_plan **ret_plans, size_t *count, struct error *error);
NODISCARD bool catalog_plan_list_digested(struct catalog *catalog, uint64_t digest_id, struct arena *arena,
    struct catalog_plan **ret_plans, size_t *ret_count, struct error *error);
NODISCARD bool catalog_plan_set_digest(
    struct catalog_change *change, uint64_t plan_id, uint64_t digest_id, struct error *error);

/* Regions of a trail that have a delivered file no digest names yet, and since when. */
struct catalog_undigested {
    struct str region;
    struct moment oldest_delivered_at;
};
NODISCARD bool catalog_plan_list_undigested_regions(struct catalog *catalog, uint64_t trail_id,
    struct arena *arena, struct catalog_undigested **ret_regions, size_t *ret_count, struct error *error);

/* The plan of an object. ERROR_NOT_FOUND where no file of that key was planned, or its row is folded. */
NODISCARD bool catalog_plan_find_object(struct catalog *catalog, struct str bucket, struct str object_key,
    struct arena *arena, struct catalog_plan *ret_plan, struct error *error);

/* Was a log file of that key planned, folded or not? For the search for planted files. */
NODISCARD bool catalog_plan_knows_object(
    struct catalog *catalog, struct str bucket, struct str object_key, bool *ret_knows, struct error *error);

/* Fold done files that a digest names, or that need none, and that were delivered before `before`:
 * their rows go; a summary per digest (count, bytes, hash over names and hashes) and 8 bytes of hash of each
 * name stay. At most
 * `limit` rows; `ret_count` says how many went. */
NODISCARD bool catalog_plan_fold(struct catalog_change *change, struct moment before, size_t limit,
    size_t *ret_count, struct error *error);
