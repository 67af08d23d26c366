/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog: opening, changes and the small values.
 *
 * Invariants:
 *   1. There is one change at a time, and it holds the lock from begin to commit.
 *   2. What is cached in memory is what was committed: it is refreshed after the commit, under the lock.
 *   3. After a commit that failed nothing more is changed until the catalog is reopened: nobody knows
 *      whether the failed one took effect.
 */
#include "catalog/catalog.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/mem.h"
#include "sys/disk.h"
#include "sys/random.h"

#include "sql.h"

#include <string.h>

static const struct str KEY_CHECK_CONTEXT = {"catalog key check", 17};

static bool open_connection(struct catalog *catalog, struct error *error) {
    int flags = catalog->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    flags |= SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(catalog->path, &catalog->connection, flags, NULL);
    if (code != SQLITE_OK)
        return error_set(error, ERROR_IO, "open the catalog %s: %s", catalog->path, sqlite3_errstr(code));
    sqlite3_extended_result_codes(catalog->connection, 1);
    sqlite3_busy_timeout(catalog->connection, 5000);
    if (catalog->read_only)
        return true;
    return catalog_sql_script(catalog,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;",
        error);
}

static void finalize_statements(struct catalog *catalog) {
    for (size_t i = 0; i < CATALOG_STATEMENTS_MAX; i++) {
        ASSERT(!catalog->statements[i].in_use);
        sqlite3_finalize(catalog->statements[i].statement);
        catalog->statements[i] = (struct catalog_statement){0};
    }
}

/* The disk of the folder that holds `path`, and the path's last component. */
static struct disk *open_folder(const char *path, const char **ret_name, struct error *error) {
    const char *slash = strrchr(path, '/');
    *ret_name = slash == NULL ? path : slash + 1;
    SCOPED(buf_finish) struct buf folder = BUF_INIT(4096);
    if (slash == NULL)
        buf_append_char(&folder, '.');
    else
        buf_append(&folder, path, slash == path ? 1 : (size_t)(slash - path));
    if (!buf_check(&folder, "the path of the key file", error))
        return NULL;
    return disk_real_create(folder.data, error);
}

static bool read_or_make_key(
    struct disk *disk, const char *name, bool may_make, uint8_t ret_key[SEAL_KEY_SIZE], struct error *error) {
    SCOPED(buf_finish) struct buf content = BUF_INIT(4096);
    if (disk_read_file(disk, name, &content, error)) {
        bool is_whole = content.size == SEAL_KEY_SIZE;
        if (is_whole)
            memcpy(ret_key, content.data, SEAL_KEY_SIZE);
        mem_wipe(content.data, content.size);
        return is_whole ||
               error_set(error, ERROR_CORRUPT, "the key file %s is not of %d bytes", name, SEAL_KEY_SIZE);
    }
    if (error->kind != ERROR_NOT_FOUND || !may_make)
        return error_context(error, "read the key file");
    random_bytes(ret_key, SEAL_KEY_SIZE);
    if (!disk_write_file(disk, name, bytes_of(ret_key, SEAL_KEY_SIZE), error))
        return error_context(error, "write the key file");
    return true;
}

static bool load_key(struct catalog *catalog, const struct catalog_options *options, struct error *error) {
    if (options->key != NULL) {
        memcpy(catalog->key, options->key, SEAL_KEY_SIZE);
        return true;
    }
    ASSERT(options->key_path != NULL);
    const char *name = NULL;
    struct disk *disk = open_folder(options->key_path, &name, error);
    if (disk == NULL)
        return false;
    disk_real_follow_links(disk); /* secrets that an orchestrator mounts are links */
    bool done = read_or_make_key(disk, name, !options->read_only, catalog->key, error);
    disk_real_destroy(disk);
    return done;
}

/* First start: who we are, and a sealed text by which a wrong key file is noticed at once. */
static bool make_identity(struct catalog *catalog, struct error *error) {
    uint8_t random[UUID_SIZE];
    random_bytes(random, sizeof random);
    struct uuid id = uuid_random(random);
    uint8_t generation[8];
    store_u64(generation, 1);
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(256);
    if (!catalog_seal(catalog, KEY_CHECK_CONTEXT, str_bytes(STR_LITERAL("cairn")), &sealed, error))
        return false;
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, error);
    return change != NULL && catalog_meta_set(change, "cairn_id", BYTES_OF(id.bytes), error) &&
           catalog_meta_set(change, "generation", BYTES_OF(generation), error) &&
           catalog_meta_set(change, "key_check", buf_bytes(&sealed), error) &&
           catalog_commit(TAKE(change), error);
}

static bool load_identity(struct catalog *catalog, struct error *error) {
    SCOPED(buf_finish) struct buf id = BUF_INIT(256);
    if (!catalog_meta_get(catalog, "cairn_id", &id, error)) {
        if (error->kind != ERROR_NOT_FOUND || catalog->read_only || !make_identity(catalog, error))
            return false;
        if (!catalog_meta_get(catalog, "cairn_id", &id, error))
            return false;
    }
    if (id.size != UUID_SIZE)
        return error_set(error, ERROR_CORRUPT, "the catalog's id is not of %d bytes", UUID_SIZE);
    memcpy(catalog->id.bytes, id.data, UUID_SIZE);
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(256);
    SCOPED(buf_finish) struct buf text = BUF_INIT(256);
    if (!catalog_meta_get(catalog, "key_check", &sealed, error))
        return false;
    if (!catalog_unseal(catalog, KEY_CHECK_CONTEXT, buf_bytes(&sealed), &text, error))
        return error_set(error, ERROR_CORRUPT, "the key file is not the one this catalog was made with");
    return true;
}

static bool prepare_file(const struct catalog_options *options, struct error *error) {
    if (options->read_only || strcmp(options->path, ":memory:") == 0)
        return true;
    /* SQLite would create it with whatever the process's umask leaves; the disk makes it 0600. */
    const char *name = NULL;
    struct disk *disk = open_folder(options->path, &name, error);
    if (disk == NULL)
        return false;
    struct disk_file *file = disk_open(disk, name, DISK_WRITE, error);
    disk_close(file);
    disk_real_destroy(disk);
    return file != NULL;
}

static void closep(struct catalog **catalog) {
    catalog_close(*catalog);
}

struct catalog *catalog_open(const struct catalog_options *options, struct error *error) {
    if (!prepare_file(options, error))
        return NULL;
    SCOPED(closep) struct catalog *catalog = MEM_NEW(struct catalog);
    mutex_init(&catalog->mutex);
    catalog->path = mem_text(options->path);
    catalog->read_only = options->read_only;
    catalog->trails = catalog_hot_trails_create();
    catalog->stores = catalog_hot_stores_create();
    catalog->ingestions = catalog_ingestions_create();
    if (!load_key(catalog, options, error) || !open_connection(catalog, error))
        return NULL;
    CATALOG_SCOPE(catalog);
    if (!catalog_migrate(catalog, error) || !load_identity(catalog, error) ||
        !catalog_hot_trails_load(catalog, error) || !catalog_hot_stores_load(catalog, error))
        return NULL;
    return TAKE(catalog);
}

void catalog_close(struct catalog *catalog) {
    if (catalog == NULL)
        return;
    finalize_statements(catalog);
    sqlite3_close(catalog->connection);
    catalog_hot_trails_destroy(catalog->trails);
    catalog_hot_stores_destroy(catalog->stores);
    catalog_ingestions_destroy(catalog->ingestions);
    mutex_finish(&catalog->mutex);
    mem_wipe(catalog->key, sizeof catalog->key);
    mem_free(catalog->path);
    mem_free(catalog);
}

struct catalog_change *catalog_begin(struct catalog *catalog, struct error *error) {
    catalog_lock(catalog);
    if (catalog->broken || catalog->read_only) {
        catalog_unlock(catalog);
        error_set(error, ERROR_UNAVAILABLE,
            catalog->read_only ? "the catalog is open for reading only"
                               : "the catalog takes no changes after a failed commit; restart");
        return NULL;
    }
    if (!catalog_sql_script(catalog, "BEGIN IMMEDIATE", error)) {
        catalog_unlock(catalog);
        return NULL;
    }
    struct catalog_change *change = MEM_NEW(struct catalog_change);
    change->catalog = catalog;
    return change;
}

static void free_change(struct catalog_change *change) {
    mem_free(change->touched_trails);
    mem_free(change);
}

static void rollback(struct catalog *catalog) {
    struct error ignored = {0};
    if (sqlite3_get_autocommit(catalog->connection) == 0)
        IGNORE(catalog_sql_script(catalog, "ROLLBACK", &ignored), "SQLite rolls back by itself when closed");
}

static bool commit(struct catalog *catalog, struct error *error) {
    bool is_due = catalog->fail_commit_in > 0 && --catalog->fail_commit_in == 0;
    if (is_due && !catalog->fail_after_effect)
        return error_set(error, ERROR_IO, "catalog: commit failed (injected, before it took effect)");
    if (!catalog_sql_script(catalog, "COMMIT", error))
        return false;
    if (is_due)
        return error_set(error, ERROR_IO, "catalog: commit failed (injected, after it took effect)");
    return true;
}

static bool refresh(struct catalog *catalog, const struct catalog_change *change, struct error *error) {
    if (change->touched_count > 0 && !catalog_hot_trails_refresh(catalog, change, error))
        return false;
    return !change->stores_changed || catalog_hot_stores_load(catalog, error);
}

bool catalog_commit(struct catalog_change *owned_change, struct error *error) {
    struct catalog *catalog = owned_change->catalog;
    bool done = commit(catalog, error);
    if (!done) {
        catalog->broken = true; /* invariant 3 */
        rollback(catalog);
    } else {
        done = refresh(catalog, owned_change, error); /* invariant 2 */
        catalog->broken = !done;
    }
    free_change(owned_change);
    catalog_unlock(catalog);
    return done;
}

void catalog_rollback(struct catalog_change *owned_change) {
    if (owned_change == NULL)
        return;
    struct catalog *catalog = owned_change->catalog;
    rollback(catalog);
    free_change(owned_change);
    catalog_unlock(catalog);
}

bool catalog_has_stopped(struct catalog *catalog) {
    CATALOG_SCOPE(catalog);
    return catalog->broken;
}

struct uuid catalog_cairn_id(struct catalog *catalog) {
    return catalog->id;
}

uint64_t catalog_generation(struct catalog *catalog) {
    SCOPED(buf_finish) struct buf value = BUF_INIT(256);
    struct error ignored = {0};
    if (!catalog_meta_get(catalog, "generation", &value, &ignored) || value.size != 8)
        return 0;
    return load_u64((const uint8_t *)value.data);
}

bool catalog_advance_generation(struct catalog_change *change, struct error *error) {
    uint8_t generation[8];
    store_u64(generation, catalog_generation(change->catalog) + 1);
    return catalog_meta_set(change, "generation", BYTES_OF(generation), error);
}

bool catalog_meta_get(struct catalog *catalog, const char *name, struct buf *out, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(catalog, "SELECT value FROM meta WHERE name = ?");
    catalog_sql_bind_text(&sql, str_from(name));
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    if (!has_row)
        return error_set(error, ERROR_NOT_FOUND, "the catalog has no %s", name);
    buf_append_bytes(out, catalog_sql_bytes(&sql, &arena));
    return buf_check(out, name, error);
}

bool catalog_meta_set(
    struct catalog_change *change, const char *name, struct bytes value, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog, "INSERT OR REPLACE INTO meta VALUES (?, ?)");
    catalog_sql_bind_text(&sql, str_from(name));
    catalog_sql_bind_bytes(&sql, value);
    return catalog_sql_run(&sql, error);
}

bool catalog_seal(
    struct catalog *catalog, struct str context, struct bytes secret, struct buf *out, struct error *error) {
    uint8_t nonce[12];
    random_bytes(nonce, sizeof nonce);
    return seal(catalog->key, nonce, context, secret, out, error);
}

bool catalog_unseal(
    struct catalog *catalog, struct str context, struct bytes sealed, struct buf *out, struct error *error) {
    return unseal(catalog->key, context, sealed, out, error);
}

bool catalog_outbox_add(
    struct catalog_change *change, struct str record, struct uuid event_id, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "INSERT INTO outbox (event_id, record) VALUES (?, ?)");
    catalog_sql_bind_uuid(&sql, event_id);
    catalog_sql_bind_text(&sql, record);
    return catalog_sql_run(&sql, error);
}

bool catalog_outbox_list(struct catalog *catalog, struct arena *arena,
    struct catalog_outbox_entry **ret_entries, size_t *ret_count, struct error *error) {
    static const struct catalog_field FIELDS[] = {
        {"id", CATALOG_FIELD_NUMBER, offsetof(struct catalog_outbox_entry, id)},
        {"event_id", CATALOG_FIELD_UUID, offsetof(struct catalog_outbox_entry, event_id)},
        {"record", CATALOG_FIELD_TEXT, offsetof(struct catalog_outbox_entry, record)},
    };
    static const struct catalog_table TABLE = CATALOG_TABLE("outbox", FIELDS);
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &TABLE, "ORDER BY id");
    void *entries = NULL;
    if (!catalog_table_read_all(&sql, &TABLE, arena, sizeof **ret_entries, &entries, ret_count, error))
        return false;
    *ret_entries = entries;
    return true;
}

bool catalog_outbox_delete(struct catalog_change *change, struct uuid event_id, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog, "DELETE FROM outbox WHERE event_id = ?");
    catalog_sql_bind_uuid(&sql, event_id);
    return catalog_sql_run(&sql, error);
}

void catalog_fail_commit(struct catalog *catalog, uint64_t nth, bool after_effect) {
    CATALOG_SCOPE(catalog);
    catalog->fail_commit_in = nth;
    catalog->fail_after_effect = after_effect;
}

bool catalog_restart(struct catalog *catalog, struct error *error) {
    CATALOG_SCOPE(catalog);
    rollback(catalog);
    catalog->fail_commit_in = 0;
    catalog->broken = false;
    return catalog_hot_trails_load(catalog, error) && catalog_hot_stores_load(catalog, error);
}
