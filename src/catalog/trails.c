/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trails: rows of trails, their copy in memory, and the versions that every change makes.
 *
 * field / guarded by: trails, count, generation: the mutex of struct catalog_hot_trails, which is
 * held for copying only, so that reads of trails never wait for the disk.
 */
#include "catalog/trails.h"

#include "base/check.h"
#include "base/mem.h"

#include "sql.h"

#include <stdlib.h>
#include <string.h>

struct hot_trail {
    struct arena arena;
    struct catalog_trail trail;
};

struct catalog_hot_trails {
    struct mutex mutex;
    struct hot_trail *trails; /* by id */
    size_t count;
    uint64_t generation;
};

#define FIELD(kind, column, member)                                                                          \
    { column, CATALOG_FIELD_##kind, offsetof(struct catalog_trail, member) }
#define PLAIN(kind, member) FIELD(kind, #member, member)

static const struct catalog_field TRAIL_FIELDS[] = {
    PLAIN(NUMBER, id),
    PLAIN(TEXT, account),
    PLAIN(TEXT, home_region),
    PLAIN(TEXT, name),
    PLAIN(TEXT, arn),
    PLAIN(TEXT, s3_bucket_name),
    PLAIN(TEXT, s3_key_prefix),
    PLAIN(TEXT, sns_topic_arn),
    PLAIN(TEXT, sns_topic_name),
    PLAIN(TEXT, kms_key_id),
    PLAIN(TEXT, cloud_watch_logs_log_group_arn),
    PLAIN(TEXT, cloud_watch_logs_role_arn),
    PLAIN(BOOLEAN, include_global_service_events),
    PLAIN(BOOLEAN, is_multi_region),
    PLAIN(BOOLEAN, is_organization_trail),
    PLAIN(BOOLEAN, log_file_validation_enabled),
    PLAIN(BOOLEAN, has_custom_event_selectors),
    PLAIN(BOOLEAN, is_logging),
    PLAIN(BOOLEAN, is_deleted),
    PLAIN(TEXT, event_selectors),
    PLAIN(BOOLEAN, event_selectors_are_advanced),
    PLAIN(SMALL, insights),
    PLAIN(TEXT, aggregation_configurations),
    PLAIN(MOMENT, created_at),
    PLAIN(MOMENT, updated_at),
    FIELD(MOMENT, "latest_delivery_time", status.latest_delivery_time),
    FIELD(MOMENT, "latest_delivery_attempt_time", status.latest_delivery_attempt_time),
    FIELD(MOMENT, "latest_delivery_success_time", status.latest_delivery_success_time),
    FIELD(MOMENT, "latest_digest_delivery_time", status.latest_digest_delivery_time),
    FIELD(TEXT, "latest_delivery_error", status.latest_delivery_error),
    FIELD(TEXT, "latest_digest_delivery_error", status.latest_digest_delivery_error),
    FIELD(MOMENT, "start_logging_time", status.start_logging_time),
    FIELD(MOMENT, "stop_logging_time", status.stop_logging_time),
};
static const struct catalog_table TRAILS = CATALOG_TABLE("trails", TRAIL_FIELDS);
static const struct catalog_tag_table TAGS = {"trail_tags", "trail_id"};

/* Memory. */

struct catalog_hot_trails *catalog_hot_trails_create(void) {
    struct catalog_hot_trails *hot = MEM_NEW(struct catalog_hot_trails);
    mutex_init(&hot->mutex);
    return hot;
}

static void clear(struct catalog_hot_trails *hot) {
    for (size_t i = 0; i < hot->count; i++)
        arena_finish(&hot->trails[i].arena);
    mem_free(hot->trails);
    hot->trails = NULL;
    hot->count = 0;
}

void catalog_hot_trails_destroy(struct catalog_hot_trails *hot) {
    if (hot == NULL)
        return;
    clear(hot);
    mutex_finish(&hot->mutex);
    mem_free(hot);
}

static struct hot_trail *find_hot(struct catalog_hot_trails *hot, uint64_t id) {
    for (size_t i = 0; i < hot->count; i++) {
        if (hot->trails[i].trail.id == id)
            return &hot->trails[i];
    }
    return NULL;
}

/* Take `fresh` in place of the trail of its id, or as a new one. */
static void put_hot(struct catalog_hot_trails *hot, struct hot_trail fresh) {
    struct hot_trail *old = find_hot(hot, fresh.trail.id);
    if (old != NULL) {
        arena_finish(&old->arena);
        *old = fresh;
        return;
    }
    hot->trails = mem_resize_array(hot->trails, hot->count + 1, sizeof *hot->trails);
    hot->trails[hot->count++] = fresh;
}

/* One trail from the file, tags too; `tail` selects it by its one parameter. */
static bool read_trail(struct catalog *catalog, uint64_t id, struct arena *arena,
    struct catalog_trail *ret_trail, struct error *error) {
    struct catalog_trail trail = {0};
    {
        SCOPED(catalog_sql_done)
        struct catalog_sql sql = catalog_table_select(catalog, &TRAILS, "WHERE id = ?");
        catalog_sql_bind_number(&sql, id);
        bool has_row = false;
        if (!catalog_sql_next(&sql, &has_row, error))
            return false;
        if (!has_row)
            return error_set(error, ERROR_NOT_FOUND, "there is no trail %llu", (unsigned long long)id);
        catalog_table_read(&sql, &TRAILS, arena, &trail);
    }
    struct catalog_tag *tags = NULL;
    if (!catalog_tags_read(catalog, &TAGS, id, arena, &tags, &trail.tag_count, error))
        return false;
    trail.tags = tags;
    *ret_trail = trail;
    return true;
}

static bool read_hot(struct catalog *catalog, uint64_t id, struct hot_trail *ret_hot, struct error *error) {
    struct hot_trail fresh = {.arena = ARENA_INIT};
    if (!read_trail(catalog, id, &fresh.arena, &fresh.trail, error)) {
        arena_finish(&fresh.arena);
        return false;
    }
    *ret_hot = fresh;
    return true;
}

bool catalog_hot_trails_load(struct catalog *catalog, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail *trails = NULL;
    size_t count = 0;
    {
        SCOPED(catalog_sql_done)
        struct catalog_sql sql = catalog_table_select(catalog, &TRAILS, "ORDER BY id");
        void *rows = NULL;
        if (!catalog_table_read_all(&sql, &TRAILS, &arena, sizeof *trails, &rows, &count, error))
            return false;
        trails = rows;
    }
    struct catalog_hot_trails *hot = catalog->trails;
    MUTEX_SCOPE(&hot->mutex);
    clear(hot);
    hot->generation++;
    for (size_t i = 0; i < count; i++) {
        struct hot_trail fresh;
        if (!read_hot(catalog, trails[i].id, &fresh, error))
            return false;
        put_hot(hot, fresh);
    }
    return true;
}

bool catalog_hot_trails_refresh(
    struct catalog *catalog, const struct catalog_change *change, struct error *error) {
    struct catalog_hot_trails *hot = catalog->trails;
    for (size_t i = 0; i < change->touched_count; i++) {
        struct hot_trail fresh;
        if (!read_hot(catalog, change->touched_trails[i], &fresh, error))
            return false;
        MUTEX_SCOPE(&hot->mutex);
        put_hot(hot, fresh);
    }
    MUTEX_SCOPE(&hot->mutex);
    hot->generation += change->trails_changed;
    return true;
}

/* Changing. */

static void touch(struct catalog_change *change, uint64_t id) {
    for (size_t i = 0; i < change->touched_count; i++) {
        if (change->touched_trails[i] == id)
            return;
    }
    change->touched_trails =
        mem_resize_array(change->touched_trails, change->touched_count + 1, sizeof *change->touched_trails);
    change->touched_trails[change->touched_count++] = id;
}

/* Write the trail as it is now and, where delivery sees a difference, its next version. */
static bool save(struct catalog_change *change, const struct catalog_trail *trail, struct uuid event_id,
    struct error *error) {
    if (!catalog_table_update(change, &TRAILS, trail, error) ||
        !catalog_tags_write(change, &TAGS, trail->id, trail->tags, trail->tag_count, error) ||
        !catalog_version_add(change, trail, event_id, error))
        return false;
    touch(change, trail->id);
    change->trails_changed = true;
    return true;
}

bool catalog_trail_create(struct catalog_change *change, const struct catalog_trail *trail,
    struct uuid event_id, uint64_t *ret_id, struct error *error) {
    struct catalog_trail fresh = *trail;
    fresh.id = 0;
    fresh.is_logging = fresh.is_deleted = false;
    fresh.status = CATALOG_TRAIL_STATUS_NONE;
    if (!catalog_table_insert(change, &TRAILS, &fresh, &fresh.id, error)) {
        if (error->kind != ERROR_CONFLICT)
            return false;
        return error_set(error, ERROR_CONFLICT, "account %.*s has a trail %.*s in %.*s", STR(trail->account),
            STR(trail->name), STR(trail->home_region));
    }
    if (!save(change, &fresh, event_id, error))
        return false;
    *ret_id = fresh.id;
    return true;
}

/* The trail as this change sees it, which must not be deleted. */
static bool read_living(struct catalog_change *change, uint64_t id, struct arena *arena,
    struct catalog_trail *ret_trail, struct error *error) {
    if (!read_trail(change->catalog, id, arena, ret_trail, error))
        return false;
    if (ret_trail->is_deleted)
        return error_set(error, ERROR_NOT_FOUND, "trail %.*s is deleted", STR(ret_trail->arn));
    return true;
}

bool catalog_trail_update(struct catalog_change *change, const struct catalog_trail *trail,
    struct uuid event_id, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail old = {0};
    if (!read_living(change, trail->id, &arena, &old, error))
        return false;
    ASSERT(str_equals(old.arn, trail->arn));
    struct catalog_trail fresh = *trail;
    fresh.is_logging = old.is_logging;
    fresh.is_deleted = false;
    fresh.created_at = old.created_at;
    fresh.status = old.status;
    return save(change, &fresh, event_id, error);
}

bool catalog_trail_set_logging(struct catalog_change *change, uint64_t trail_id, bool is_logging,
    struct moment now, struct uuid event_id, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail trail = {0};
    if (!read_living(change, trail_id, &arena, &trail, error))
        return false;
    trail.is_logging = is_logging;
    trail.updated_at = now;
    *(is_logging ? &trail.status.start_logging_time : &trail.status.stop_logging_time) = now;
    return save(change, &trail, event_id, error);
}

bool catalog_trail_delete(struct catalog_change *change, uint64_t trail_id, struct moment now,
    struct uuid event_id, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail trail = {0};
    if (!read_living(change, trail_id, &arena, &trail, error))
        return false;
    trail.is_logging = false;
    trail.is_deleted = true;
    trail.updated_at = now;
    return save(change, &trail, event_id, error);
}

/* "NoSuchBucket" of "NoSuchBucket: there is no ..."; empty for the empty message. */
static struct str error_code(struct str why) {
    struct str rest = why, code = str_cut(&rest, ':');
    for (size_t i = 0; i < code.size; i++) {
        char c = code.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            return STR_LITERAL("InternalError");
    }
    return why.size > 0 && code.size == 0 ? STR_LITERAL("InternalError") : code;
}

bool catalog_trail_set_delivery_status(struct catalog_change *change, uint64_t trail_id,
    struct moment attempted_at, struct str why, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail trail = {0};
    if (!read_trail(change->catalog, trail_id, &arena, &trail, error))
        return false;
    trail.status.latest_delivery_attempt_time = attempted_at;
    trail.status.latest_delivery_error = error_code(why);
    if (why.size == 0)
        trail.status.latest_delivery_time = trail.status.latest_delivery_success_time = attempted_at;
    touch(change, trail_id);
    return catalog_table_update(change, &TRAILS, &trail, error);
}

bool catalog_trail_set_digest_status(struct catalog_change *change, uint64_t trail_id,
    struct moment attempted_at, struct str why, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail trail = {0};
    if (!read_trail(change->catalog, trail_id, &arena, &trail, error))
        return false;
    trail.status.latest_digest_delivery_error = error_code(why);
    if (why.size == 0)
        trail.status.latest_digest_delivery_time = attempted_at;
    touch(change, trail_id);
    return catalog_table_update(change, &TRAILS, &trail, error);
}

/* Reading. */

static void copy_trail(struct arena *arena, const struct catalog_trail *from, struct catalog_trail *to) {
    *to = *from;
    for (size_t i = 0; i < TRAILS.field_count; i++) {
        if (TRAIL_FIELDS[i].kind == CATALOG_FIELD_TEXT) {
            struct str *text = (struct str *)(void *)((char *)to + TRAIL_FIELDS[i].offset);
            *text = arena_str(arena, *text);
        }
    }
    to->tags = catalog_tags_copy(arena, from->tags, from->tag_count);
}

bool catalog_trail_find(struct catalog *catalog, struct str account, struct str home_region, struct str name,
    struct arena *arena, struct catalog_trail *ret_trail, struct error *error) {
    struct catalog_hot_trails *hot = catalog->trails;
    MUTEX_SCOPE(&hot->mutex);
    for (size_t i = 0; i < hot->count; i++) {
        const struct catalog_trail *trail = &hot->trails[i].trail;
        if (!trail->is_deleted && str_equals(trail->name, name) && str_equals(trail->account, account) &&
            str_equals(trail->home_region, home_region)) {
            copy_trail(arena, trail, ret_trail);
            return true;
        }
    }
    return error_set(error, ERROR_NOT_FOUND, "account %.*s has no trail %.*s in %.*s", STR(account),
        STR(name), STR(home_region));
}

bool catalog_trail_get(struct catalog *catalog, uint64_t trail_id, struct arena *arena,
    struct catalog_trail *ret_trail, struct error *error) {
    struct catalog_hot_trails *hot = catalog->trails;
    MUTEX_SCOPE(&hot->mutex);
    const struct hot_trail *found = find_hot(hot, trail_id);
    if (found == NULL)
        return error_set(error, ERROR_NOT_FOUND, "there is no trail %llu", (unsigned long long)trail_id);
    copy_trail(arena, &found->trail, ret_trail);
    return true;
}

static bool shows(const struct catalog_trail *trail, struct str account, struct str region) {
    if (trail->is_deleted || (account.size > 0 && !str_equals(trail->account, account)))
        return false;
    return region.size == 0 || trail->is_multi_region || str_equals(trail->home_region, region);
}

static int by_account_and_name(const void *a, const void *b) {
    const struct catalog_trail *left = a, *right = b;
    int order = str_compare(left->account, right->account);
    if (order == 0)
        order = str_compare(left->name, right->name);
    return order != 0 ? order : str_compare(left->home_region, right->home_region);
}

void catalog_trail_list(struct catalog *catalog, struct str account, struct str region, struct arena *arena,
    struct catalog_trail **ret_trails, size_t *ret_count) {
    struct catalog_hot_trails *hot = catalog->trails;
    MUTEX_SCOPE(&hot->mutex);
    size_t count = 0;
    for (size_t i = 0; i < hot->count; i++)
        count += shows(&hot->trails[i].trail, account, region);
    struct catalog_trail *trails = ARENA_ARRAY(arena, count, struct catalog_trail);
    size_t used = 0;
    for (size_t i = 0; i < hot->count; i++) {
        if (shows(&hot->trails[i].trail, account, region))
            copy_trail(arena, &hot->trails[i].trail, &trails[used++]);
    }
    if (count > 1)
        qsort(trails, count, sizeof *trails, by_account_and_name);
    *ret_trails = trails;
    *ret_count = count;
}

uint64_t catalog_trails_generation(struct catalog *catalog) {
    MUTEX_SCOPE(&catalog->trails->mutex);
    return catalog->trails->generation;
}
