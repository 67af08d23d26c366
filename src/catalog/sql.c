/* SPDX-License-Identifier: Apache-2.0 */
/* sql: prepared statements and struct tables over SQLite. */
#include "sql.h"

#include "base/check.h"
#include "base/mem.h"
#include "codec/hash.h"

#include <string.h>

/* The catalog that this thread holds, and how often: a read inside a change does not wait for itself. */
static _Thread_local struct catalog *held;
static _Thread_local unsigned held_depth;

void catalog_lock(struct catalog *catalog) {
    if (held == catalog) {
        held_depth++;
        return;
    }
    ASSERT(held == NULL);
    mutex_lock(&catalog->mutex);
    held = catalog;
    held_depth = 1;
}

void catalog_unlock(struct catalog *catalog) {
    ASSERT(held == catalog && held_depth > 0);
    if (--held_depth > 0)
        return;
    held = NULL;
    mutex_unlock(&catalog->mutex);
}

static bool fail(struct catalog *catalog, int code, struct error *error) {
    enum error_kind kind = ERROR_IO;
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        kind = ERROR_CONFLICT;
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        kind = ERROR_CORRUPT;
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        kind = ERROR_UNAVAILABLE;
        break;
    default:
        break;
    }
    return error_set(error, kind, "catalog: %s (%d)", sqlite3_errmsg(catalog->connection), code);
}

/* A free cached statement of that text, or the slot to keep a new one in; NULL where all are taken. */
static struct catalog_statement *find_slot(struct catalog *catalog, uint64_t hash, const char *text) {
    struct catalog_statement *empty = NULL;
    for (size_t i = 0; i < CATALOG_STATEMENTS_MAX; i++) {
        struct catalog_statement *slot = &catalog->statements[i];
        if (slot->statement == NULL) {
            empty = empty == NULL ? slot : empty;
            continue;
        }
        if (slot->hash == hash && !slot->in_use && strcmp(sqlite3_sql(slot->statement), text) == 0)
            return slot;
    }
    return empty;
}

struct catalog_sql catalog_sql(struct catalog *catalog, const char *text) {
    struct catalog_sql sql = {.catalog = catalog, .next_parameter = 1, .code = SQLITE_OK};
    uint64_t hash = hash_quick(bytes_of(text, strlen(text)), 0);
    struct catalog_statement *slot = find_slot(catalog, hash, text);
    if (slot != NULL && slot->statement != NULL) {
        sql.statement = slot->statement;
    } else {
        sql.code = sqlite3_prepare_v3(
            catalog->connection, text, -1, SQLITE_PREPARE_PERSISTENT, &sql.statement, NULL);
        if (sql.code != SQLITE_OK)
            return sql;
        if (slot != NULL)
            *slot = (struct catalog_statement){hash, sql.statement, false};
    }
    if (slot != NULL)
        slot->in_use = true;
    sql.cached = slot;
    return sql;
}

void catalog_sql_done(struct catalog_sql *sql) {
    if (sql->cached == NULL) {
        sqlite3_finalize(sql->statement);
        return;
    }
    sqlite3_reset(sql->statement);
    sqlite3_clear_bindings(sql->statement);
    sql->cached->in_use = false;
}

static void bound(struct catalog_sql *sql, int code) {
    if (sql->code == SQLITE_OK)
        sql->code = code;
}

void catalog_sql_bind_number(struct catalog_sql *sql, uint64_t number) {
    ASSERT(number <= INT64_MAX);
    bound(sql, sqlite3_bind_int64(sql->statement, sql->next_parameter++, (int64_t)number));
}

void catalog_sql_bind_text(struct catalog_sql *sql, struct str text) {
    const char *data = text.data == NULL ? "" : text.data;
    bound(sql, sqlite3_bind_text64(
                   sql->statement, sql->next_parameter++, data, text.size, SQLITE_TRANSIENT, SQLITE_UTF8));
}

void catalog_sql_bind_bytes(struct catalog_sql *sql, struct bytes bytes) {
    const void *data = bytes.data == NULL ? "" : (const void *)bytes.data;
    bound(
        sql, sqlite3_bind_blob64(sql->statement, sql->next_parameter++, data, bytes.size, SQLITE_TRANSIENT));
}

void catalog_sql_bind_moment(struct catalog_sql *sql, struct moment moment) {
    int at = sql->next_parameter++;
    if (moment.ms == MOMENT_NONE.ms)
        bound(sql, sqlite3_bind_null(sql->statement, at));
    else
        bound(sql, sqlite3_bind_int64(sql->statement, at, moment.ms));
}

void catalog_sql_bind_uuid(struct catalog_sql *sql, struct uuid uuid) {
    catalog_sql_bind_bytes(sql, BYTES_OF(uuid.bytes));
}

bool catalog_sql_next(struct catalog_sql *sql, bool *ret_has_row, struct error *error) {
    if (sql->code != SQLITE_OK)
        return fail(sql->catalog, sql->code, error);
    int code = sqlite3_step(sql->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return fail(sql->catalog, code, error);
    sql->next_column = 0;
    *ret_has_row = code == SQLITE_ROW;
    return true;
}

bool catalog_sql_run(struct catalog_sql *sql, struct error *error) {
    bool has_row = false;
    if (!catalog_sql_next(sql, &has_row, error))
        return false;
    ASSERT(!has_row);
    return true;
}

uint64_t catalog_sql_number(struct catalog_sql *sql) {
    return (uint64_t)sqlite3_column_int64(sql->statement, sql->next_column++);
}

static struct bytes column_bytes(struct catalog_sql *sql) {
    const void *data = sqlite3_column_blob(sql->statement, sql->next_column);
    size_t size = (size_t)sqlite3_column_bytes(sql->statement, sql->next_column);
    sql->next_column++;
    return bytes_of(data, size);
}

struct bytes catalog_sql_bytes(struct catalog_sql *sql, struct arena *arena) {
    return arena_bytes(arena, column_bytes(sql));
}

struct str catalog_sql_text(struct catalog_sql *sql, struct arena *arena) {
    return bytes_str(catalog_sql_bytes(sql, arena));
}

struct moment catalog_sql_moment(struct catalog_sql *sql) {
    int column = sql->next_column++;
    if (sqlite3_column_type(sql->statement, column) == SQLITE_NULL)
        return MOMENT_NONE;
    return (struct moment){sqlite3_column_int64(sql->statement, column)};
}

static struct uuid take_uuid(struct catalog_sql *sql) {
    struct uuid uuid = {0};
    struct bytes bytes = column_bytes(sql);
    if (bytes.size == UUID_SIZE)
        memcpy(uuid.bytes, bytes.data, UUID_SIZE);
    return uuid;
}

uint64_t catalog_sql_changed(struct catalog *catalog) {
    return (uint64_t)sqlite3_changes64(catalog->connection);
}

bool catalog_sql_script(struct catalog *catalog, const char *script, struct error *error) {
    int code = sqlite3_exec(catalog->connection, script, NULL, NULL, NULL);
    return code == SQLITE_OK || fail(catalog, code, error);
}

static void bind_field(struct catalog_sql *sql, const struct catalog_field *field, const void *record) {
    const char *at = (const char *)record + field->offset;
    switch (field->kind) {
    case CATALOG_FIELD_NUMBER:
        catalog_sql_bind_number(sql, *(const uint64_t *)(const void *)at);
        break;
    case CATALOG_FIELD_SMALL:
        catalog_sql_bind_number(sql, *(const unsigned *)(const void *)at);
        break;
    case CATALOG_FIELD_BOOLEAN:
        catalog_sql_bind_number(sql, *(const bool *)(const void *)at);
        break;
    case CATALOG_FIELD_TEXT:
        catalog_sql_bind_text(sql, *(const struct str *)(const void *)at);
        break;
    case CATALOG_FIELD_MOMENT:
        catalog_sql_bind_moment(sql, *(const struct moment *)(const void *)at);
        break;
    case CATALOG_FIELD_UUID:
        catalog_sql_bind_bytes(sql, bytes_of(at, UUID_SIZE));
        break;
    case CATALOG_FIELD_HASH:
        catalog_sql_bind_bytes(sql, bytes_of(at, SHA256_SIZE));
        break;
    case CATALOG_FIELD_BYTES:
        catalog_sql_bind_bytes(sql, *(const struct bytes *)(const void *)at);
        break;
    }
}

static void read_field(
    struct catalog_sql *sql, const struct catalog_field *field, struct arena *arena, void *record) {
    void *at = (char *)record + field->offset;
    switch (field->kind) {
    case CATALOG_FIELD_NUMBER:
        *(uint64_t *)at = catalog_sql_number(sql);
        break;
    case CATALOG_FIELD_SMALL:
        *(unsigned *)at = (unsigned)catalog_sql_number(sql);
        break;
    case CATALOG_FIELD_BOOLEAN:
        *(bool *)at = catalog_sql_number(sql) != 0;
        break;
    case CATALOG_FIELD_TEXT:
        *(struct str *)at = catalog_sql_text(sql, arena);
        break;
    case CATALOG_FIELD_MOMENT:
        *(struct moment *)at = catalog_sql_moment(sql);
        break;
    case CATALOG_FIELD_UUID:
        *(struct uuid *)at = take_uuid(sql);
        break;
    case CATALOG_FIELD_HASH: {
        struct bytes bytes = column_bytes(sql);
        memset(at, 0, SHA256_SIZE);
        if (bytes.size == SHA256_SIZE)
            memcpy(at, bytes.data, SHA256_SIZE);
        break;
    }
    case CATALOG_FIELD_BYTES:
        *(struct bytes *)at = catalog_sql_bytes(sql, arena);
        break;
    }
}

static void append_columns(
    struct buf *buf, const struct catalog_table *table, size_t first, const char *format) {
    for (size_t i = first; i < table->field_count; i++) {
        if (i > first)
            buf_append_text(buf, ", ");
        buf_append_text(buf, table->fields[i].column);
        buf_append_text(buf, format);
    }
}

bool catalog_table_insert(struct catalog_change *change, const struct catalog_table *table,
    const void *record, uint64_t *ret_id, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&text, "INSERT INTO %s (", table->name);
    append_columns(&text, table, 0, "");
    buf_append_text(&text, ") VALUES (nullif(?, 0)");
    for (size_t i = 1; i < table->field_count; i++)
        buf_append_text(&text, ", ?");
    buf_append_text(&text, ")");
    SCOPED(catalog_sql_done) struct catalog_sql sql = catalog_sql(change->catalog, text.data);
    for (size_t i = 0; i < table->field_count; i++)
        bind_field(&sql, &table->fields[i], record);
    if (!catalog_sql_run(&sql, error))
        return false;
    *ret_id = (uint64_t)sqlite3_last_insert_rowid(change->catalog->connection);
    return true;
}

bool catalog_table_update(struct catalog_change *change, const struct catalog_table *table,
    const void *record, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&text, "UPDATE %s SET ", table->name);
    append_columns(&text, table, 1, " = ?");
    buf_append_text(&text, " WHERE id = ?");
    SCOPED(catalog_sql_done) struct catalog_sql sql = catalog_sql(change->catalog, text.data);
    for (size_t i = 1; i < table->field_count; i++)
        bind_field(&sql, &table->fields[i], record);
    bind_field(&sql, &table->fields[0], record);
    if (!catalog_sql_run(&sql, error))
        return false;
    if (catalog_sql_changed(change->catalog) == 0)
        return error_set(error, ERROR_NOT_FOUND, "catalog: no such row of %s", table->name);
    return true;
}

struct catalog_sql catalog_table_select(
    struct catalog *catalog, const struct catalog_table *table, const char *tail) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&text, "SELECT ");
    append_columns(&text, table, 0, "");
    buf_append_format(&text, " FROM %s %s", table->name, tail);
    return catalog_sql(catalog, text.data);
}

void catalog_table_read(
    struct catalog_sql *sql, const struct catalog_table *table, struct arena *arena, void *ret_record) {
    for (size_t i = 0; i < table->field_count; i++)
        read_field(sql, &table->fields[i], arena, ret_record);
}

bool catalog_table_read_all(struct catalog_sql *sql, const struct catalog_table *table, struct arena *arena,
    size_t record_size, void **ret_records, size_t *ret_count, struct error *error) {
    SCOPED(buf_finish) struct buf records = BUF_INIT(BUF_UNBOUNDED);
    size_t count = 0;
    for (;;) {
        bool has_row = false;
        if (!catalog_sql_next(sql, &has_row, error))
            return false;
        if (!has_row)
            break;
        void *record = buf_reserve(&records, record_size);
        memset(record, 0, record_size);
        catalog_table_read(sql, table, arena, record);
        buf_commit(&records, record_size);
        count++;
    }
    *ret_records = arena_alloc(arena, count * record_size);
    if (count > 0)
        memcpy(*ret_records, records.data, count * record_size);
    *ret_count = count;
    return true;
}
