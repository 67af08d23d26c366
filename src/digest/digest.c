/* SPDX-License-Identifier: Apache-2.0 */
/* digest: the step: plan what is due, put what is planned, fold what is old. */
#include "digest/digest.h"

#include "base/check.h"
#include "base/mem.h"
#include "catalog/plans.h"
#include "codec/compress.h"
#include "objects/objects.h"
#include "sys/thread.h"

#include "chain.h"

enum {
    PUT_BATCH = 64,
    FOLD_BATCH = 1000,
    FOLD_EVERY_MS = MS_PER_HOUR,
    LOOK_AGAIN_MS = MS_PER_SECOND, /* while something waits for delivery */
    WAIT_MS_MAX = 5 * MS_PER_MINUTE,
    ATTEMPTS_COUNTED_MAX = 20,
};

/* field / guarded by: stats: stats_mutex; everything else: the owner */
struct digest {
    struct objects *objects;
    struct digest_planner planner;
    uint64_t generation; /* of the trails, when planning looked last */
    struct moment next_fold_at;
    bool has_planned; /* since opening */
    struct mutex stats_mutex;
    struct digest_stats stats;
};

static struct digest_options with_defaults(const struct digest_options *options) {
    struct digest_options full = *options;
    if (full.interval_ms == 0)
        full.interval_ms = MS_PER_HOUR;
    full.interval_ms -= full.interval_ms % MS_PER_SECOND;
    if (full.interval_ms == 0)
        full.interval_ms = MS_PER_SECOND;
    if (full.key_rotation_interval_ms == 0)
        full.key_rotation_interval_ms = (int64_t)30 * MS_PER_DAY;
    if (full.retry_ms == 0)
        full.retry_ms = (int64_t)30 * MS_PER_DAY;
    if (full.fold_after_ms == 0)
        full.fold_after_ms = (int64_t)90 * MS_PER_DAY;
    return full;
}

struct digest *digest_open(struct catalog *catalog, struct objects *objects,
    const struct digest_options *options, struct error *error) {
    (void)error;
    struct digest *digest = MEM_NEW(struct digest);
    digest->objects = objects;
    digest->planner.catalog = catalog;
    digest->planner.options = with_defaults(options);
    digest->next_fold_at = MOMENT_MIN;
    digest->stats.latest_put_at = MOMENT_NONE;
    mutex_init(&digest->stats_mutex);
    return digest;
}

void digest_close(struct digest *digest) {
    if (digest == NULL)
        return;
    mutex_finish(&digest->stats_mutex);
    mem_free(digest);
}

static bool put_one(struct digest *digest, const struct catalog_digest *planned, struct error *error) {
    SCOPED(buf_finish) struct buf gzip = BUF_INIT(BUF_UNBOUNDED);
    const struct objects_pair pairs[] = {
        {STR_LITERAL("signature"), planned->signature},
        {STR_LITERAL("signature-algorithm"), STR_LITERAL("SHA256withRSA")},
    };
    const struct objects_metadata metadata = {
        .content_type = STR_LITERAL("application/json"),
        .content_encoding = STR_LITERAL("gzip"),
        .user = pairs,
        .user_count = sizeof pairs / sizeof pairs[0],
    };
    return gzip_append(&gzip, planned->body, error) &&
           objects_put(digest->objects, planned->bucket, planned->object_key, buf_bytes(&gzip), &metadata,
               STR_LITERAL("bucket-owner-full-control"), error);
}

/* When to try again after this failure; MOMENT_NONE: never. */
static struct moment next_attempt(const struct digest *digest, const struct catalog_digest *planned) {
    struct moment now = digest->planner.now;
    if (planned->planned_at.ms + digest->planner.options.retry_ms <= now.ms)
        return MOMENT_NONE;
    uint64_t doublings = planned->attempts < ATTEMPTS_COUNTED_MAX ? planned->attempts : ATTEMPTS_COUNTED_MAX;
    int64_t wait_ms = (int64_t)MS_PER_SECOND << doublings;
    return (struct moment){now.ms + (wait_ms < WAIT_MS_MAX ? wait_ms : WAIT_MS_MAX)};
}

static bool record(
    struct digest *digest, const struct catalog_digest *planned, struct str why, struct error *error) {
    struct moment now = digest->planner.now;
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(digest->planner.catalog, error);
    if (change == NULL || !catalog_trail_set_digest_status(change, planned->trail_id, now, why, error))
        return false;
    bool done = why.size == 0 ? catalog_digest_set_put(change, planned->id, now, error)
                              : catalog_digest_set_failed(
                                    change, planned->id, next_attempt(digest, planned), why, error);
    if (!done || !catalog_commit(TAKE(change), error))
        return false;
    MUTEX_SCOPE(&digest->stats_mutex);
    digest->stats.digests_put += why.size == 0;
    digest->stats.attempts_failed += why.size > 0;
    if (why.size == 0)
        digest->stats.latest_put_at = now;
    return true;
}

static bool failed_before(const struct catalog_digest *digests, size_t index, const bool *failed) {
    for (size_t i = 0; i < index; i++) {
        if (failed[i] && digests[i].trail_id == digests[index].trail_id &&
            str_equals(digests[i].bucket, digests[index].bucket))
            return true;
    }
    return false;
}

/* Put a batch of what is due. Where a bucket fails, the trail's others for it wait with it. */
static bool put_due(struct digest *digest, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_digest *digests = NULL;
    size_t count = 0;
    if (!catalog_digest_list_due(
            digest->planner.catalog, digest->planner.now, PUT_BATCH, &arena, &digests, &count, error))
        return false;
    bool failed[PUT_BATCH] = {false};
    for (size_t i = 0; i < count; i++) {
        if (failed_before(digests, i, failed))
            continue;
        struct error why = {0};
        failed[i] = !put_one(digest, &digests[i], &why);
        if (!record(digest, &digests[i], failed[i] ? str_from(why.message) : STR_EMPTY, error))
            return error_context(error, "record a digest");
    }
    return true;
}

static bool plan(struct digest *digest, struct error *error) {
    uint64_t generation = catalog_trails_generation(digest->planner.catalog);
    if (digest->has_planned && generation == digest->generation && !digest->planner.unsettled &&
        digest->planner.now.ms < digest->planner.next_due.ms)
        return true;
    if (!digest_chain_plan_all(&digest->planner, error))
        return false;
    digest->generation = generation;
    digest->has_planned = true;
    return true;
}

static bool fold(struct digest *digest, struct error *error) {
    struct moment now = digest->planner.now;
    if (now.ms < digest->next_fold_at.ms)
        return true;
    struct moment before = {now.ms - digest->planner.options.fold_after_ms};
    size_t count = 0;
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(digest->planner.catalog, error);
    if (change == NULL || !catalog_plan_fold(change, before, FOLD_BATCH, &count, error))
        return false;
    if (count > 0 && !catalog_commit(TAKE(change), error))
        return error_context(error, "fold old rows");
    if (count < FOLD_BATCH)
        digest->next_fold_at.ms = now.ms + FOLD_EVERY_MS;
    return true;
}

static bool find_next_due(struct digest *digest, struct moment *ret_next_due, struct error *error) {
    struct moment due = digest->planner.next_due, put = MOMENT_NONE;
    if (!catalog_digest_next_due(digest->planner.catalog, &put, error))
        return false;
    if (put.ms != MOMENT_NONE.ms && put.ms < due.ms)
        due = put;
    if (digest->planner.unsettled && digest->planner.now.ms + LOOK_AGAIN_MS < due.ms)
        due.ms = digest->planner.now.ms + LOOK_AGAIN_MS;
    if (digest->next_fold_at.ms < due.ms)
        due = digest->next_fold_at;
    *ret_next_due = due.ms < digest->planner.now.ms ? digest->planner.now : due;
    return true;
}

bool digest_step(struct digest *digest, struct moment now, struct moment *ret_next_due, struct error *error) {
    digest->planner.now = now;
    return plan(digest, error) && put_due(digest, error) && fold(digest, error) &&
           find_next_due(digest, ret_next_due, error);
}

void digest_stats(struct digest *digest, struct digest_stats *ret_stats) {
    MUTEX_SCOPE(&digest->stats_mutex);
    *ret_stats = digest->stats;
}
