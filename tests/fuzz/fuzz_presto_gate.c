/* SPDX-License-Identifier: Apache-2.0 */
/* Any tree: refused in words, or passed; a tree that passes names no table but the store. */
#include "base/check.h"
#include "base/own.h"
#include "presto/presto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str table = STR_LITERAL("00000000-0000-4000-8000-000000000001");
    struct presto_statement statement = {.sql = STR_LITERAL("SELECT 1 FROM x"),
        .text = STR_LITERAL("SELECT 1 FROM x"),
        .tables = &table,
        .table_count = 1};
    struct json_parser *parser = json_parser_create();
    struct json_value tree;
    struct error error = {0};
    if (json_parse(parser, bytes_str(bytes_of(data, size)), &tree, &error)) {
        error = (struct error){0};
        bool passes = presto_check_tree(&statement, tree, &error);
        ASSERT(passes == (error.message[0] == '\0'));
    }
    json_parser_destroy(parser);
    return 0;
}
