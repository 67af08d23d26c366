/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sql: what the files of this folder share: the connection under its mutex, statements that are
 * prepared once, and tables that map a struct to its columns. Private to catalog.
 *
 * Threads: every use happens between catalog_lock() and catalog_unlock(), which nest; a change
 *          holds the lock from begin to commit.
 */
#pragma once

#include "catalog/catalog.h"
#include "sys/thread.h"

#include <sqlite3.h>

enum { CATALOG_STATEMENTS_MAX = 160 };

struct catalog_statement {
    uint64_t hash;
    sqlite3_stmt *statement;
    bool in_use;
};

/* field / guarded by
 *   connection, statements, change_*, broken, fail_*, resolved   mutex
 *   trails, stores                                               their own, see trails.c, stores.c
 *   ingestions                                                   its own, see channels.c
 *   key, id, options                                             set at open */
struct catalog {
    struct mutex mutex;
    sqlite3 *connection;
    struct catalog_statement statements[CATALOG_STATEMENTS_MAX];
    char *path;
    bool read_only;
    bool broken; /* a commit failed: no changes until reopened */
    uint64_t fail_commit_in;
    bool fail_after_effect;
    uint8_t key[SEAL_KEY_SIZE];
    struct uuid id;
    struct catalog_hot_trails *trails;
    struct catalog_hot_stores *stores;
    struct catalog_ingestions *ingestions;
};

struct catalog_change {
    struct catalog *catalog;
    bool trails_changed; /* raise the generation of trails at commit */
    uint64_t *touched_trails;
    size_t touched_count;
    bool stores_changed; /* read the stores anew at commit */
};

void catalog_lock(struct catalog *catalog);
void catalog_unlock(struct catalog *catalog);
static inline void catalog_unlock_scope(struct catalog **catalog) {
    catalog_unlock(*catalog);
}
static inline struct catalog *catalog_locked(struct catalog *catalog) {
    catalog_lock(catalog);
    return catalog;
}
#define CATALOG_SCOPE(c)                                                                                     \
    struct catalog *scope_catalog_ __attribute__((cleanup(catalog_unlock_scope), unused)) = catalog_locked(c)

/* A statement in use: parameters are bound in order, columns are read in order. Errors are kept
 * and come out of catalog_sql_run() and catalog_sql_next(). */
struct catalog_sql {
    struct catalog *catalog;
    sqlite3_stmt *statement;
    struct catalog_statement *cached; /* NULL: finalize at the end */
    int next_parameter, next_column, code;
};

struct catalog_sql catalog_sql(struct catalog *catalog, const char *text);
void catalog_sql_done(struct catalog_sql *sql); /* for SCOPED */

void catalog_sql_bind_number(struct catalog_sql *sql, uint64_t number);
void catalog_sql_bind_text(struct catalog_sql *sql, struct str text);
void catalog_sql_bind_bytes(struct catalog_sql *sql, struct bytes bytes);
void catalog_sql_bind_moment(struct catalog_sql *sql, struct moment moment); /* MOMENT_NONE is NULL */
void catalog_sql_bind_uuid(struct catalog_sql *sql, struct uuid uuid);

/* Run one that gives no rows. */
NODISCARD bool catalog_sql_run(struct catalog_sql *sql, struct error *error);

/* Step to the next row; `ret_has_row` false at the end. */
NODISCARD bool catalog_sql_next(struct catalog_sql *sql, bool *ret_has_row, struct error *error);

uint64_t catalog_sql_number(struct catalog_sql *sql);
struct str catalog_sql_text(struct catalog_sql *sql, struct arena *arena);
struct bytes catalog_sql_bytes(struct catalog_sql *sql, struct arena *arena);
struct moment catalog_sql_moment(struct catalog_sql *sql);

/* Rows that the last run of a statement changed. */
uint64_t catalog_sql_changed(struct catalog *catalog);

/* Run a script without parameters. */
NODISCARD bool catalog_sql_script(struct catalog *catalog, const char *script, struct error *error);

/* A struct as a table: one line per column; the first one is `id`. */
enum catalog_field_kind {
    CATALOG_FIELD_NUMBER,  /* uint64_t */
    CATALOG_FIELD_SMALL,   /* unsigned, and enums of that size */
    CATALOG_FIELD_BOOLEAN, /* bool */
    CATALOG_FIELD_TEXT,    /* struct str */
    CATALOG_FIELD_MOMENT,  /* struct moment */
    CATALOG_FIELD_UUID,    /* struct uuid */
    CATALOG_FIELD_HASH,    /* uint8_t[32] */
    CATALOG_FIELD_BYTES    /* struct bytes */
};

struct catalog_field {
    const char *column;
    enum catalog_field_kind kind;
    size_t offset;
};

struct catalog_table {
    const char *name;
    const struct catalog_field *fields;
    size_t field_count;
};

#define CATALOG_TABLE(name, fields)                                                                          \
    { (name), (fields), sizeof(fields) / sizeof((fields)[0]) }

/* Insert `record`; its id is `ret_id` (chosen where the record's is 0). ERROR_CONFLICT where a unique
 * column says so. */
NODISCARD bool catalog_table_insert(struct catalog_change *change, const struct catalog_table *table,
    const void *record, uint64_t *ret_id, struct error *error);

/* Write every column of the row with the record's id. */
NODISCARD bool catalog_table_update(struct catalog_change *change, const struct catalog_table *table,
    const void *record, struct error *error);

/* "SELECT columns FROM table " + tail; then bind, catalog_sql_next(), catalog_table_read(). */
struct catalog_sql catalog_table_select(
    struct catalog *catalog, const struct catalog_table *table, const char *tail);
void catalog_table_read(
    struct catalog_sql *sql, const struct catalog_table *table, struct arena *arena, void *ret_record);

/* All rows of a bound select, as an array in the arena. */
NODISCARD bool catalog_table_read_all(struct catalog_sql *sql, const struct catalog_table *table,
    struct arena *arena, size_t record_size, void **ret_records, size_t *ret_count, struct error *error);

/* schema.c: bring the file to this program's version. */
NODISCARD bool catalog_migrate(struct catalog *catalog, struct error *error);

/* trails.c: the trails in memory. */
struct catalog_hot_trails *catalog_hot_trails_create(void);
void catalog_hot_trails_destroy(struct catalog_hot_trails *hot);
NODISCARD bool catalog_hot_trails_load(struct catalog *catalog, struct error *error);
NODISCARD bool catalog_hot_trails_refresh(
    struct catalog *catalog, const struct catalog_change *change, struct error *error);

/* stores.c: the event data stores in memory. */
struct catalog_hot_stores *catalog_hot_stores_create(void);
void catalog_hot_stores_destroy(struct catalog_hot_stores *hot);
NODISCARD bool catalog_hot_stores_load(struct catalog *catalog, struct error *error);

/* tags.c: the tags of what a table of this folder holds, in order. */
struct catalog_tag;
struct catalog_tag_table {
    const char *name, *owner; /* the table, and its column that says whose tag it is */
};
NODISCARD bool catalog_tags_read(struct catalog *catalog, const struct catalog_tag_table *table,
    uint64_t owner_id, struct arena *arena, struct catalog_tag **ret_tags, size_t *ret_count,
    struct error *error);
NODISCARD bool catalog_tags_write(struct catalog_change *change, const struct catalog_tag_table *table,
    uint64_t owner_id, const struct catalog_tag *tags, size_t count, struct error *error);
const struct catalog_tag *catalog_tags_copy(
    struct arena *arena, const struct catalog_tag *tags, size_t count);

/* channels.c: the latest attempts to send through channels, in memory. */
struct catalog_ingestions *catalog_ingestions_create(void);
void catalog_ingestions_destroy(struct catalog_ingestions *ingestions);

/* versions.c: add the version that `trail` is now, unless it does what the latest one does. */
struct catalog_trail;
NODISCARD bool catalog_version_add(struct catalog_change *change, const struct catalog_trail *trail,
    struct uuid event_id, struct error *error);
