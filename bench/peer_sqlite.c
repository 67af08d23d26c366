/* SPDX-License-Identifier: Apache-2.0 */
/* One table with the raw record and a column and an index per attribute, WAL, a transaction per group. */
#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"

#include "peer.h"

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

struct sqlite_peer {
    struct peer peer;
    sqlite3 *database;
    sqlite3_stmt *insert, *newest;
    char path[4096];
};

static const char schema[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA "
    "wal_autocheckpoint=16384;"
    "CREATE TABLE event(position INTEGER PRIMARY KEY, time INTEGER, id TEXT, name TEXT, source TEXT, "
    "username TEXT,"
    " access_key_id TEXT, read_only INTEGER, resource TEXT, address TEXT, record BLOB);"
    "CREATE INDEX by_time ON event(time); CREATE INDEX by_id ON event(id);"
    "CREATE INDEX by_name ON event(name, time); CREATE INDEX by_source ON event(source, time);"
    "CREATE INDEX by_username ON event(username, time); CREATE INDEX by_key ON event(access_key_id, time);"
    "CREATE INDEX by_read_only ON event(read_only, time); CREATE INDEX by_resource ON event(resource, time);"
    "CREATE INDEX by_address ON event(address, time);";

static void run(sqlite3 *database, const char *sql) {
    char *message = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
        fprintf(stderr, "sqlite: %s\n", message);
    ASSERT(message == NULL);
}

static struct peer *open_sqlite(const char *folder) {
    struct sqlite_peer *peer = MEM_NEW(struct sqlite_peer);
    peer->peer.methods = &peer_sqlite;
    (void)snprintf(peer->path, sizeof peer->path, "%s/sqlite.db", folder);
    ASSERT(sqlite3_open(peer->path, &peer->database) == SQLITE_OK);
    run(peer->database, schema);
    static const char insert[] = "INSERT INTO event VALUES(NULL,?,?,?,?,?,?,?,?,?,?)";
    static const char newest[] = "SELECT record FROM event WHERE username=? ORDER BY time DESC LIMIT ?";
    ASSERT(sqlite3_prepare_v2(peer->database, insert, -1, &peer->insert, NULL) == SQLITE_OK);
    ASSERT(sqlite3_prepare_v2(peer->database, newest, -1, &peer->newest, NULL) == SQLITE_OK);
    return &peer->peer;
}

static void begin(struct peer *base) {
    run(((struct sqlite_peer *)base)->database, "BEGIN");
}

static void bind_text(sqlite3_stmt *statement, int place, struct str text) {
    if (text.size > 0)
        sqlite3_bind_text(statement, place, text.data, (int)text.size, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, place);
}

static void add(struct peer *base, const struct event_facets *facets, struct str record) {
    struct sqlite_peer *peer = (struct sqlite_peer *)base;
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(facets->id, id);
    sqlite3_bind_int64(peer->insert, 1, facets->time.ms);
    bind_text(peer->insert, 2, str_from(id));
    bind_text(peer->insert, 3, facets->name);
    bind_text(peer->insert, 4, facets->source);
    bind_text(peer->insert, 5, facets->username);
    bind_text(peer->insert, 6, facets->access_key_id);
    sqlite3_bind_int(peer->insert, 7, facets->read_only == EVENT_TRUE);
    bind_text(
        peer->insert, 8, facets->lookup_resource_count > 0 ? facets->lookup_resources[0].name : STR_EMPTY);
    bind_text(peer->insert, 9, facets->source_ip);
    sqlite3_bind_blob(peer->insert, 10, record.data, (int)record.size, SQLITE_STATIC);
    ASSERT(sqlite3_step(peer->insert) == SQLITE_DONE);
    sqlite3_reset(peer->insert);
}

static void commit(struct peer *base) {
    run(((struct sqlite_peer *)base)->database, "COMMIT");
}

static size_t newest_of_user(struct peer *base, struct str username, size_t limit, struct buf *out) {
    struct sqlite_peer *peer = (struct sqlite_peer *)base;
    size_t count = 0;
    bind_text(peer->newest, 1, username);
    sqlite3_bind_int64(peer->newest, 2, (sqlite3_int64)limit);
    for (; sqlite3_step(peer->newest) == SQLITE_ROW; count++)
        buf_append(out, sqlite3_column_blob(peer->newest, 0), (size_t)sqlite3_column_bytes(peer->newest, 0));
    sqlite3_reset(peer->newest);
    return count;
}

static uint64_t disk_bytes(struct peer *base) {
    struct stat status;
    return stat(((struct sqlite_peer *)base)->path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static void close_sqlite(struct peer *base) {
    struct sqlite_peer *peer = (struct sqlite_peer *)base;
    sqlite3_finalize(peer->insert);
    sqlite3_finalize(peer->newest);
    sqlite3_close(peer->database);
    mem_free(peer);
}

const struct peer_methods peer_sqlite = {
    "SQLite, nine indexes", open_sqlite, begin, add, commit, newest_of_user, disk_bytes, close_sqlite};
