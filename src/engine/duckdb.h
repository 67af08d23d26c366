/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duckdb: the functions of DuckDB's C interface that workers call, declared by us because the library comes
 * without a header. A row is: result, name without "duckdb_", parameters. One line here makes
 * `library->name` (library.h). What the types hold is DuckDB's business, but for the layouts below, which its
 * documentation (https://duckdb.org/docs/stable/clients/c/api) fixes.
 *
 * Threads: as DuckDB has it: a connection one owner.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct duckdb_database;
struct duckdb_connection;
struct duckdb_config;
struct duckdb_prepared;
struct duckdb_extracted;
struct duckdb_pending;
struct duckdb_chunk;
struct duckdb_vector;
struct duckdb_selection;
struct duckdb_type;
struct duckdb_table_function;
struct duckdb_bind;
struct duckdb_init;
struct duckdb_function;

struct duckdb_result { /* all but the last are relics */
    uint64_t columns, rows, changed;
    void *column_data;
    char *message;
    void *internal;
};

struct duckdb_list { /* an element of a list or map vector: a slice of its child */
    uint64_t offset, size;
};

struct duckdb_hugeint {
    uint64_t lower;
    int64_t upper;
};

struct duckdb_interval {
    int32_t months, days;
    int64_t us;
};

union duckdb_text { /* an element of a text vector: up to 12 bytes stand in place */
    struct {
        uint32_t size;
        char bytes[12];
    } inlined;
    struct {
        uint32_t size;
        char prefix[4];
        const char *data;
    } pointed;
};

_Static_assert(sizeof(struct duckdb_result) == 48, "passed by value");
_Static_assert(sizeof(union duckdb_text) == 16, "laid out as the library does");
_Static_assert(sizeof(struct duckdb_interval) == 16, "laid out as the library does");

enum { DUCKDB_SUCCESS = 0 }; /* every other state is a failure */

enum duckdb_type_id {
    DUCKDB_BOOLEAN = 1,
    DUCKDB_TINYINT = 2,
    DUCKDB_SMALLINT = 3,
    DUCKDB_INTEGER = 4,
    DUCKDB_BIGINT = 5,
    DUCKDB_UTINYINT = 6,
    DUCKDB_USMALLINT = 7,
    DUCKDB_UINTEGER = 8,
    DUCKDB_UBIGINT = 9,
    DUCKDB_FLOAT = 10,
    DUCKDB_DOUBLE = 11,
    DUCKDB_TIMESTAMP = 12,
    DUCKDB_DATE = 13,
    DUCKDB_TIME = 14,
    DUCKDB_INTERVAL = 15,
    DUCKDB_HUGEINT = 16,
    DUCKDB_VARCHAR = 17,
    DUCKDB_BLOB = 18,
    DUCKDB_DECIMAL = 19,
    DUCKDB_TIMESTAMP_S = 20,
    DUCKDB_TIMESTAMP_MS = 21,
    DUCKDB_TIMESTAMP_NS = 22,
    DUCKDB_ENUM = 23,
    DUCKDB_LIST = 24,
    DUCKDB_STRUCT = 25,
    DUCKDB_MAP = 26,
    DUCKDB_UUID = 27,
    DUCKDB_UNION = 28,
    DUCKDB_BIT = 29,
    DUCKDB_TIME_TZ = 30,
    DUCKDB_TIMESTAMP_TZ = 31,
    DUCKDB_UHUGEINT = 32,
    DUCKDB_ARRAY = 33,
    DUCKDB_SQLNULL = 36,
};

enum { DUCKDB_STATEMENT_SELECT = 1 };

#define DUCKDB_FUNCTION_TABLE(ROW)                                                                           \
    ROW(const char *, library_version, (void))                                                               \
    ROW(void, free, (void *))                                                                                \
    /* databases and connections */                                                                          \
    ROW(int, create_config, (struct duckdb_config **))                                                       \
    ROW(int, set_config, (struct duckdb_config *, const char *name, const char *value))                      \
    ROW(void, destroy_config, (struct duckdb_config **))                                                     \
    ROW(int, open_ext,                                                                                       \
        (const char *path, struct duckdb_database **, struct duckdb_config *, char **ret_message))           \
    ROW(int, connect, (struct duckdb_database *, struct duckdb_connection **))                               \
    ROW(void, disconnect, (struct duckdb_connection **))                                                     \
    ROW(void, close, (struct duckdb_database **))                                                            \
    /* statements */                                                                                         \
    ROW(int, query, (struct duckdb_connection *, const char *sql, struct duckdb_result *))                   \
    ROW(int, prepare, (struct duckdb_connection *, const char *sql, struct duckdb_prepared **))              \
    ROW(const char *, prepare_error, (struct duckdb_prepared *))                                             \
    ROW(int, bind_varchar_length, (struct duckdb_prepared *, uint64_t index, const char *, uint64_t size))   \
    ROW(int, prepared_statement_type, (struct duckdb_prepared *))                                            \
    ROW(int, execute_prepared, (struct duckdb_prepared *, struct duckdb_result *))                           \
    ROW(void, destroy_prepare, (struct duckdb_prepared **))                                                  \
    ROW(uint64_t, extract_statements,                                                                        \
        (struct duckdb_connection *, const char *sql, struct duckdb_extracted **))                           \
    ROW(int, prepare_extracted_statement,                                                                    \
        (struct duckdb_connection *, struct duckdb_extracted *, uint64_t index, struct duckdb_prepared **))  \
    ROW(int, pending_prepared_streaming, (struct duckdb_prepared *, struct duckdb_pending **))               \
    ROW(const char *, pending_error, (struct duckdb_pending *))                                              \
    ROW(int, execute_pending, (struct duckdb_pending *, struct duckdb_result *))                             \
    ROW(void, destroy_pending, (struct duckdb_pending **))                                                   \
    /* results */                                                                                            \
    ROW(const char *, result_error, (struct duckdb_result *))                                                \
    ROW(void, destroy_result, (struct duckdb_result *))                                                      \
    ROW(uint64_t, column_count, (struct duckdb_result *))                                                    \
    ROW(const char *, column_name, (struct duckdb_result *, uint64_t column))                                \
    ROW(struct duckdb_type *, column_logical_type, (struct duckdb_result *, uint64_t column))                \
    ROW(struct duckdb_chunk *, fetch_chunk, (struct duckdb_result))                                          \
    /* chunks and vectors */                                                                                 \
    ROW(void, destroy_data_chunk, (struct duckdb_chunk **))                                                  \
    ROW(uint64_t, data_chunk_get_size, (struct duckdb_chunk *))                                              \
    ROW(void, data_chunk_set_size, (struct duckdb_chunk *, uint64_t))                                        \
    ROW(struct duckdb_vector *, data_chunk_get_vector, (struct duckdb_chunk *, uint64_t column))             \
    ROW(uint64_t, vector_size, (void))                                                                       \
    ROW(void *, vector_get_data, (struct duckdb_vector *))                                                   \
    ROW(uint64_t *, vector_get_validity, (struct duckdb_vector *))                                           \
    ROW(struct duckdb_vector *, list_vector_get_child, (struct duckdb_vector *))                             \
    ROW(struct duckdb_vector *, struct_vector_get_child, (struct duckdb_vector *, uint64_t index))           \
    ROW(struct duckdb_vector *, array_vector_get_child, (struct duckdb_vector *))                            \
    ROW(struct duckdb_selection *, create_selection_vector, (uint64_t size))                                 \
    ROW(uint32_t *, selection_vector_get_data_ptr, (struct duckdb_selection *))                              \
    ROW(void, destroy_selection_vector, (struct duckdb_selection *))                                         \
    ROW(void, vector_copy_sel,                                                                               \
        (struct duckdb_vector * from, struct duckdb_vector * to, struct duckdb_selection *,                  \
            uint64_t from_end, uint64_t from_row, uint64_t to_row))                                          \
    /* types; each is destroyed by who got it */                                                             \
    ROW(struct duckdb_type *, create_logical_type, (int type_id))                                            \
    ROW(struct duckdb_type *, create_list_type, (struct duckdb_type *))                                      \
    ROW(struct duckdb_type *, create_map_type, (struct duckdb_type *, struct duckdb_type *))                 \
    ROW(struct duckdb_type *, create_struct_type,                                                            \
        (struct duckdb_type **, const char **names, uint64_t count))                                         \
    ROW(void, destroy_logical_type, (struct duckdb_type **))                                                 \
    ROW(int, get_type_id, (struct duckdb_type *))                                                            \
    ROW(uint8_t, decimal_scale, (struct duckdb_type *))                                                      \
    ROW(int, decimal_internal_type, (struct duckdb_type *))                                                  \
    ROW(int, enum_internal_type, (struct duckdb_type *))                                                     \
    ROW(char *, enum_dictionary_value, (struct duckdb_type *, uint64_t index))                               \
    ROW(struct duckdb_type *, list_type_child_type, (struct duckdb_type *))                                  \
    ROW(struct duckdb_type *, array_type_child_type, (struct duckdb_type *))                                 \
    ROW(uint64_t, array_type_array_size, (struct duckdb_type *))                                             \
    ROW(struct duckdb_type *, map_type_key_type, (struct duckdb_type *))                                     \
    ROW(struct duckdb_type *, map_type_value_type, (struct duckdb_type *))                                   \
    ROW(uint64_t, struct_type_child_count, (struct duckdb_type *))                                           \
    ROW(char *, struct_type_child_name, (struct duckdb_type *, uint64_t index))                              \
    ROW(struct duckdb_type *, struct_type_child_type, (struct duckdb_type *, uint64_t index))                \
    /* table functions */                                                                                    \
    ROW(struct duckdb_table_function *, create_table_function, (void))                                       \
    ROW(void, destroy_table_function, (struct duckdb_table_function **))                                     \
    ROW(void, table_function_set_name, (struct duckdb_table_function *, const char *))                       \
    ROW(void, table_function_set_extra_info,                                                                 \
        (struct duckdb_table_function *, void *, void (*destroy)(void *)))                                   \
    ROW(void, table_function_set_bind, (struct duckdb_table_function *, void (*bind)(struct duckdb_bind *))) \
    ROW(void, table_function_set_init, (struct duckdb_table_function *, void (*init)(struct duckdb_init *))) \
    ROW(void, table_function_set_function,                                                                   \
        (struct duckdb_table_function *, void (*run)(struct duckdb_function *, struct duckdb_chunk *)))      \
    ROW(int, register_table_function, (struct duckdb_connection *, struct duckdb_table_function *))          \
    ROW(void *, bind_get_extra_info, (struct duckdb_bind *))                                                 \
    ROW(void, bind_add_result_column, (struct duckdb_bind *, const char *name, struct duckdb_type *))        \
    ROW(void, init_set_max_threads, (struct duckdb_init *, uint64_t))                                        \
    ROW(void *, function_get_extra_info, (struct duckdb_function *))                                         \
    ROW(void, function_set_error, (struct duckdb_function *, const char *))
