/* SPDX-License-Identifier: Apache-2.0 */
/* Any statement: refused in words with a place, or rewritten within the limits; every byte of what was
 * written leads back to a place in the text. */
#include "base/check.h"
#include "base/own.h"
#include "presto/presto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str text = bytes_str(bytes_of(data, size));
    struct presto_statement statement;
    struct error error = {0};
    const struct str *tables = NULL;
    size_t count = presto_tables(&arena, text, &tables);
    if (!presto_rewrite(&arena, text, &statement, &error)) {
        ASSERT(error.message[0] != '\0' && (error.kind == ERROR_INVALID || error.kind == ERROR_LIMIT));
        return 0;
    }
    ASSERT(statement.sql.size <= PRESTO_SQL_SIZE_MAX && statement.table_count > 0 &&
           statement.table_count <= count);
    size_t step = statement.sql.size / 64 + 1;
    for (size_t i = 0; i <= statement.sql.size; i += step) {
        struct sql_place place = presto_place(&statement, i);
        ASSERT(place.line >= 1 && place.column >= 1 && place.line <= size + 1 && place.column <= size + 1);
    }
    return 0;
}
