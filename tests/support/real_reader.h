/* SPDX-License-Identifier: Apache-2.0 */
/* real_reader: the SQL engine's library in the test's own process, to read files of events with. */
#pragma once

#include "base/buf.h"
#include "base/check.h"
#include "base/own.h"
#include "engine/library.h"

#include <stdio.h>
#include <stdlib.h>

static struct engine_library real_library;
static struct duckdb_database *real_database;
static struct duckdb_connection *real_connection;
static const char *real_folder;

/* Where real_engine_create() found the library, so that it is there. */
static inline void real_reader_open(const char *folder) {
    const char *name = getenv("CAIRN_ENGINE_LIBRARY");
    struct error error = {0};
    char *message = NULL;
    struct duckdb_config *config = NULL;
    SCOPED(own_free)
    char *path = engine_library_find(name != NULL ? name : "../build-engine/libduckdb.so", &error);
    ASSERT(path != NULL && engine_library_load(path, &real_library, &error));
    ASSERT(real_library.create_config(&config) == DUCKDB_SUCCESS);
    ASSERT(real_library.set_config(config, "threads", "1") == DUCKDB_SUCCESS);
    ASSERT(real_library.open_ext(":memory:", &real_database, config, &message) == DUCKDB_SUCCESS);
    real_library.destroy_config(&config);
    ASSERT(real_library.connect(real_database, &real_connection) == DUCKDB_SUCCESS);
    real_folder = folder;
}

static inline void real_reader_close(void) {
    real_library.disconnect(&real_connection);
    real_library.close(&real_database);
}

/* Run a statement in which FILE is a file; a line and false where it fails. */
static inline bool real_reader_run(
    const char *statement, const char *name, struct duckdb_result *ret_result) {
    SCOPED(buf_finish) struct buf sql = BUF_INIT(1 << 20);
    struct str rest = str_from(statement), token = STR_LITERAL("FILE");
    for (size_t at = str_find(rest, token); at != SIZE_MAX; at = str_find(rest, token)) {
        buf_append_str(&sql, str_slice(rest, 0, at));
        buf_append_format(&sql, "read_parquet('%s/%s')", real_folder, name);
        rest = str_slice(rest, at + token.size, SIZE_MAX);
    }
    buf_append_str(&sql, rest);
    bool done = real_library.query(real_connection, sql.data, ret_result) == DUCKDB_SUCCESS;
    if (!done)
        printf("# %s\n", real_library.result_error(ret_result));
    return done;
}

/* The number that a statement gives; -1 where it gives none. */
static inline int64_t real_reader_number(const char *name, const char *statement) {
    struct duckdb_result result = {0};
    int64_t found = -1;
    struct duckdb_chunk *chunk =
        real_reader_run(statement, name, &result) ? real_library.fetch_chunk(result) : NULL;
    if (chunk != NULL) {
        found = *(const int64_t *)real_library.vector_get_data(real_library.data_chunk_get_vector(chunk, 0));
        real_library.destroy_data_chunk(&chunk);
    }
    real_library.destroy_result(&result);
    return found;
}

/* Print the texts that a statement gives, a line each. */
static inline void real_reader_print(const char *statement, const char *name) {
    struct duckdb_result result = {0};
    bool done = real_reader_run(statement, name, &result);
    ASSERT(done);
    for (;;) {
        struct duckdb_chunk *chunk = real_library.fetch_chunk(result);
        if (chunk == NULL)
            break;
        const union duckdb_text *texts =
            real_library.vector_get_data(real_library.data_chunk_get_vector(chunk, 0));
        for (uint64_t i = 0; i < real_library.data_chunk_get_size(chunk); i++) {
            bool is_inlined = texts[i].inlined.size <= sizeof texts[i].inlined.bytes;
            const char *data = is_inlined ? texts[i].inlined.bytes : texts[i].pointed.data;
            printf("%.*s\n", (int)texts[i].inlined.size, data);
        }
        real_library.destroy_data_chunk(&chunk);
    }
    real_library.destroy_result(&result);
}
