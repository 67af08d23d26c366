/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channels.c: rows of channels, the versions of where they point, and the latest attempts to use them.
 *
 * field / guarded by: items, count: the mutex of struct catalog_ingestions, which is never held over SQL.
 */
#include "catalog/channels.h"

#include "base/mem.h"
#include "catalog/policies.h"
#include "catalog/resource_tags.h"

#include "sql.h"

#define FIELD(kind, column, member)                                                                          \
    { column, CATALOG_FIELD_##kind, offsetof(struct catalog_channel, member) }
#define PLAIN(kind, member) FIELD(kind, #member, member)

static const struct catalog_field CHANNEL_FIELDS[] = {
    PLAIN(NUMBER, id),
    PLAIN(TEXT, uuid),
    PLAIN(TEXT, account),
    PLAIN(TEXT, region),
    PLAIN(TEXT, arn),
    PLAIN(TEXT, name),
    PLAIN(TEXT, source),
    PLAIN(TEXT, destinations),
    PLAIN(MOMENT, created_at),
    PLAIN(MOMENT, updated_at),
    FIELD(MOMENT, "success_at", ingestion.success_at),
    FIELD(MOMENT, "attempt_at", ingestion.attempt_at),
    FIELD(TEXT, "success_event_id", ingestion.success_event_id),
    FIELD(TEXT, "attempt_event_id", ingestion.attempt_event_id),
    FIELD(TEXT, "error_code", ingestion.error_code),
};
static const struct catalog_table CHANNELS = CATALOG_TABLE("channels", CHANNEL_FIELDS);

struct version {
    uint64_t id;
    struct str channel_arn;
    uint64_t from_position;
    struct str destinations;
};
static const struct catalog_field VERSION_FIELDS[] = {
    {"id", CATALOG_FIELD_NUMBER, offsetof(struct version, id)},
    {"channel_arn", CATALOG_FIELD_TEXT, offsetof(struct version, channel_arn)},
    {"from_position", CATALOG_FIELD_NUMBER, offsetof(struct version, from_position)},
    {"destinations", CATALOG_FIELD_TEXT, offsetof(struct version, destinations)},
};
static const struct catalog_table VERSIONS = CATALOG_TABLE("channel_versions", VERSION_FIELDS);

static bool add_version(struct catalog_change *change, const struct catalog_channel *channel,
    struct str destinations, uint64_t from_position, struct error *error) {
    struct version version = {0, channel->arn, from_position, destinations};
    return catalog_table_insert(change, &VERSIONS, &version, &version.id, error);
}

bool catalog_channel_create(struct catalog_change *change, const struct catalog_channel *channel,
    uint64_t from_position, uint64_t *ret_id, struct error *error) {
    struct catalog_channel row = *channel;
    row.id = 0;
    row.ingestion = (struct catalog_ingestion){MOMENT_NONE, MOMENT_NONE, STR_EMPTY, STR_EMPTY, STR_EMPTY};
    return catalog_table_insert(change, &CHANNELS, &row, ret_id, error) &&
           add_version(change, channel, channel->destinations, from_position, error);
}

bool catalog_channel_update(struct catalog_change *change, const struct catalog_channel *channel,
    uint64_t from_position, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(
        change->catalog, "UPDATE channels SET name = ?, destinations = ?, updated_at = ? WHERE id = ?");
    catalog_sql_bind_text(&sql, channel->name);
    catalog_sql_bind_text(&sql, channel->destinations);
    catalog_sql_bind_moment(&sql, channel->updated_at);
    catalog_sql_bind_number(&sql, channel->id);
    if (!catalog_sql_run(&sql, error))
        return false;
    if (catalog_sql_changed(change->catalog) == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no channel %.*s", STR(channel->arn));
    return add_version(change, channel, channel->destinations, from_position, error);
}

static bool delete_row(struct catalog_change *change, uint64_t id, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog, "DELETE FROM channels WHERE id = ?");
    catalog_sql_bind_number(&sql, id);
    if (!catalog_sql_run(&sql, error))
        return false;
    if (catalog_sql_changed(change->catalog) == 0)
        return error_set(
            error, ERROR_NOT_FOUND, "there is no channel of number %llu", (unsigned long long)id);
    return true;
}

bool catalog_channel_delete(struct catalog_change *change, const struct catalog_channel *channel,
    uint64_t from_position, struct error *error) {
    return delete_row(change, channel->id, error) &&
           add_version(change, channel, STR_EMPTY, from_position, error) &&
           catalog_resource_tags_put(change, channel->arn, NULL, 0, error) &&
           catalog_policy_delete(change, channel->arn, NULL, error);
}

/* ---- the latest attempts ---- */

struct ingestion_item {
    uint64_t channel_id;
    struct arena arena; /* the texts */
    struct catalog_ingestion ingestion;
    struct moment saved_at;
    bool is_dirty;
};

struct catalog_ingestions {
    struct mutex mutex;
    struct ingestion_item *items;
    size_t count;
};

struct catalog_ingestions *catalog_ingestions_create(void) {
    struct catalog_ingestions *ingestions = MEM_NEW(struct catalog_ingestions);
    mutex_init(&ingestions->mutex);
    return ingestions;
}

void catalog_ingestions_destroy(struct catalog_ingestions *ingestions) {
    if (ingestions == NULL)
        return;
    for (size_t i = 0; i < ingestions->count; i++)
        arena_finish(&ingestions->items[i].arena);
    mem_free(ingestions->items);
    mutex_finish(&ingestions->mutex);
    mem_free(ingestions);
}

static struct ingestion_item *find_item(struct catalog_ingestions *ingestions, uint64_t channel_id) {
    for (size_t i = 0; i < ingestions->count; i++)
        if (ingestions->items[i].channel_id == channel_id)
            return &ingestions->items[i];
    return NULL;
}

static struct ingestion_item *have_item(struct catalog_ingestions *ingestions, uint64_t channel_id) {
    struct ingestion_item *found = find_item(ingestions, channel_id);
    if (found != NULL)
        return found;
    ingestions->items = mem_resize_array(ingestions->items, ingestions->count + 1, sizeof *ingestions->items);
    struct ingestion_item *item = &ingestions->items[ingestions->count++];
    *item = (struct ingestion_item){.channel_id = channel_id, .arena = ARENA_INIT, .saved_at = MOMENT_NONE};
    item->ingestion = (struct catalog_ingestion){MOMENT_NONE, MOMENT_NONE, STR_EMPTY, STR_EMPTY, STR_EMPTY};
    return item;
}

static void overlay_moment(struct moment *moment, struct moment newer) {
    if (newer.ms != MOMENT_NONE.ms)
        *moment = newer;
}

static void overlay_text(struct str *text, struct str newer) {
    if (newer.size > 0)
        *text = newer;
}

static void overlay(struct catalog_ingestion *ingestion, const struct catalog_ingestion *newer) {
    overlay_moment(&ingestion->success_at, newer->success_at);
    overlay_moment(&ingestion->attempt_at, newer->attempt_at);
    overlay_text(&ingestion->success_event_id, newer->success_event_id);
    overlay_text(&ingestion->attempt_event_id, newer->attempt_event_id);
    overlay_text(&ingestion->error_code, newer->error_code);
}

static struct catalog_ingestion copy_ingestion(struct arena *arena, struct catalog_ingestion ingestion) {
    ingestion.success_event_id = arena_str(arena, ingestion.success_event_id);
    ingestion.attempt_event_id = arena_str(arena, ingestion.attempt_event_id);
    ingestion.error_code = arena_str(arena, ingestion.error_code);
    return ingestion;
}

/* Memory knows better than the row. */
static void show_latest(struct catalog *catalog, struct arena *arena, struct catalog_channel *channel) {
    MUTEX_SCOPE(&catalog->ingestions->mutex);
    const struct ingestion_item *item = find_item(catalog->ingestions, channel->id);
    if (item == NULL)
        return;
    struct catalog_ingestion newer = copy_ingestion(arena, item->ingestion);
    overlay(&channel->ingestion, &newer);
}

static bool write_ingestion(
    struct catalog_change *change, uint64_t id, const struct catalog_ingestion *latest, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_channel row = {0};
    bool has_row = false;
    {
        SCOPED(catalog_sql_done)
        struct catalog_sql sql = catalog_table_select(change->catalog, &CHANNELS, "WHERE id = ?");
        catalog_sql_bind_number(&sql, id);
        if (!catalog_sql_next(&sql, &has_row, error))
            return false;
        if (has_row)
            catalog_table_read(&sql, &CHANNELS, &arena, &row);
    }
    if (!has_row)
        return true; /* deleted meanwhile */
    overlay(&row.ingestion, latest);
    return catalog_table_update(change, &CHANNELS, &row, error);
}

static void save(struct catalog *catalog, uint64_t id, const struct catalog_ingestion *latest) {
    struct error ignored = {0};
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, &ignored);
    if (change != NULL && write_ingestion(change, id, latest, &ignored))
        IGNORE(
            catalog_commit(TAKE(change), &ignored), "a status is no promise; the next attempt tells again");
}

/* How many ms between two writes of one channel's status. */
enum { SAVE_INTERVAL_MS = 1000 };

/* Take what is to be written of an item, into the arena. */
static bool take_dirty(struct ingestion_item *item, struct moment now, struct arena *arena,
    struct catalog_ingestion *ret_ingestion) {
    bool is_due = item->saved_at.ms == MOMENT_NONE.ms || now.ms - item->saved_at.ms >= SAVE_INTERVAL_MS ||
                  now.ms < item->saved_at.ms;
    if (!item->is_dirty || !is_due)
        return false;
    item->is_dirty = false;
    item->saved_at = now;
    *ret_ingestion = copy_ingestion(arena, item->ingestion);
    return true;
}

void catalog_channel_note_ingestion(struct catalog *catalog, uint64_t channel_id,
    const struct catalog_ingestion *ingestion, struct moment now) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_ingestion latest;
    bool is_due = false;
    {
        MUTEX_SCOPE(&catalog->ingestions->mutex);
        struct ingestion_item *item = have_item(catalog->ingestions, channel_id);
        struct catalog_ingestion merged = copy_ingestion(&arena, item->ingestion);
        overlay(&merged, ingestion);
        arena_clear(&item->arena);
        item->ingestion = copy_ingestion(&item->arena, merged);
        item->is_dirty = true;
        is_due = take_dirty(item, now, &arena, &latest);
    }
    if (is_due)
        save(catalog, channel_id, &latest);
}

/* The next item that is not yet written; false at the end. */
static bool take_next_dirty(struct catalog_ingestions *ingestions, struct arena *arena, uint64_t *ret_id,
    struct catalog_ingestion *ret_ingestion) {
    MUTEX_SCOPE(&ingestions->mutex);
    for (size_t i = 0; i < ingestions->count; i++) {
        struct ingestion_item *item = &ingestions->items[i];
        if (!item->is_dirty)
            continue;
        item->is_dirty = false;
        *ret_id = item->channel_id;
        *ret_ingestion = copy_ingestion(arena, item->ingestion);
        return true;
    }
    return false;
}

void catalog_channel_flush(struct catalog *catalog) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    uint64_t id = 0;
    struct catalog_ingestion latest;
    while (take_next_dirty(catalog->ingestions, &arena, &id, &latest))
        save(catalog, id, &latest);
}

/* ---- reading ---- */

static bool find_row(struct catalog *catalog, struct str uuid, struct arena *arena,
    struct catalog_channel *ret_channel, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &CHANNELS, "WHERE uuid = ?");
    catalog_sql_bind_text(&sql, uuid);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    if (!has_row)
        return error_set(error, ERROR_NOT_FOUND, "there is no channel %.*s", STR(str_slice(uuid, 0, 64)));
    catalog_table_read(&sql, &CHANNELS, arena, ret_channel);
    return true;
}

bool catalog_channel_find(struct catalog *catalog, struct str uuid, struct arena *arena,
    struct catalog_channel *ret_channel, struct error *error) {
    if (!find_row(catalog, uuid, arena, ret_channel, error))
        return false;
    show_latest(catalog, arena, ret_channel);
    return true;
}

bool catalog_channel_list(struct catalog *catalog, struct str account, struct str region, struct arena *arena,
    struct catalog_channel **ret_channels, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &CHANNELS, "WHERE account = ? AND region = ? ORDER BY id");
    catalog_sql_bind_text(&sql, account);
    catalog_sql_bind_text(&sql, region);
    void *channels = NULL;
    if (!catalog_table_read_all(
            &sql, &CHANNELS, arena, sizeof(struct catalog_channel), &channels, ret_count, error))
        return false;
    *ret_channels = channels;
    return true;
}

bool catalog_channel_names_store(
    struct catalog *catalog, struct str store_arn, bool *ret_does, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(catalog,
        "SELECT 1 FROM channels WHERE instr(' ' || destinations || ' ', ' ' || ? || ' ') > 0 LIMIT 1");
    catalog_sql_bind_text(&sql, store_arn);
    return catalog_sql_next(&sql, ret_does, error);
}

bool catalog_channel_destinations(struct catalog *catalog, struct str channel_arn, uint64_t position,
    struct arena *arena, struct str *ret_destinations, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(catalog,
        "SELECT destinations FROM channel_versions WHERE channel_arn = ? AND from_position <= ?"
        " ORDER BY id DESC LIMIT 1");
    catalog_sql_bind_text(&sql, channel_arn);
    catalog_sql_bind_number(&sql, position);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    *ret_destinations = has_row ? catalog_sql_text(&sql, arena) : STR_EMPTY;
    return true;
}
