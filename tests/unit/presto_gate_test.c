/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/json.h"
#include "presto/presto.h"
#include "support/presto_trees.h"
#include "support/tap.h"

enum { TREE_COUNT = sizeof presto_trees / sizeof presto_trees[0] };

static bool passes(struct presto_tree row, struct error *error) {
    struct str table = STR_LITERAL(STORE);
    struct presto_statement statement = {
        .sql = str_from(row.sql), .text = str_from(row.sql), .tables = &table, .table_count = 1};
    struct json_parser *parser = json_parser_create();
    struct json_value tree;
    bool is_fine =
        json_parse(parser, str_from(row.tree), &tree, error) && presto_check_tree(&statement, tree, error);
    json_parser_destroy(parser);
    return is_fine;
}

static void a_select_over_its_stores_passes(void) {
    for (size_t i = 0; i < TREE_COUNT; i++) {
        if (!presto_trees[i].is_fine)
            continue;
        struct error error = {0};
        if (!passes(presto_trees[i], &error))
            printf("# %s: %s\n", presto_trees[i].sql, error.message);
        EXPECT(error.message[0] == '\0');
    }
}

static void everything_else_is_refused(void) {
    size_t count = 0;
    for (size_t i = 0; i < TREE_COUNT; i++) {
        if (presto_trees[i].is_fine)
            continue;
        struct error error = {0};
        if (passes(presto_trees[i], &error))
            printf("# passed: %s\n", presto_trees[i].sql);
        EXPECT(error.kind == ERROR_INVALID);
        EXPECT(strncmp(error.message, "line ", 5) == 0);
        count++;
    }
    EXPECT(count >= 100);
}

/* The rewriter refuses them as well, but for those that mean something harmless in Presto. */
static void hostile_statements_do_not_get_as_far_as_the_gate(void) {
    size_t refused = 0, count = 0;
    for (size_t i = 0; i < TREE_COUNT; i++) {
        if (presto_trees[i].is_fine)
            continue;
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct presto_statement statement;
        struct error error = {0};
        count++;
        if (!presto_rewrite(&arena, str_from(presto_trees[i].sql), &statement, &error))
            refused++;
        else /* what a function or a place of the engine is called is then a name in quotes */
            EXPECT(str_find(statement.sql, STR_LITERAL("getenv(")) == SIZE_MAX);
    }
    EXPECT(refused * 10 >= count * 7);
}

static void a_name_of_another_store_is_told_with_its_place(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct presto_statement statement;
    struct error error = {0};
    EXPECT(presto_rewrite(
        &arena, STR_LITERAL("SELECT 1\nFROM " STORE " AS a\nJOIN  other ON true"), &statement, &error));
    size_t place = str_find(statement.sql, STR_LITERAL("\"other\""));
    char tree[400];
    (void)snprintf(tree, sizeof(tree),
        "{\"error\":false,\"statements\":[{\"node\":{\"type\":\"SELECT_NODE\",\"from_table\":{\"type\":"
        "\"BASE_TABLE\","
        "\"query_location\":%zu,\"table_name\":\"other\"}}}]}",
        place);
    struct json_parser *parser = json_parser_create();
    struct json_value root;
    EXPECT(json_parse(parser, str_from(tree), &root, &error));
    EXPECT(!presto_check_tree(&statement, root, &error));
    EXPECT(strcmp(error.message, "line 3:7: there is no such event data store: other") == 0);
    json_parser_destroy(parser);
}

static void trees_of_other_forms_are_refused(void) {
    static const char *const trees[] = {"{}", "[]", "null", "{\"error\":false}",
        "{\"error\":false,\"statements\":[]}", "{\"error\":false,\"statements\":[1]}",
        "{\"error\":false,\"statements\":[{\"node\":{}},{\"node\":{}}]}",
        "{\"error\":\"no\",\"statements\":[{\"node\":{}}]}",
        "{\"error\":false,\"statements\":[{\"node\":{\"type\":\"INSERT_NODE\"}}]}",
        ("{\"error\":false,\"statements\":[{\"node\":{\"type\":\"SELECT_NODE\",\"new\":{\"class\":\"MAGIC\","
         "\"type\":\"MAGIC\"}}}]}")};
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        struct error error = {0};
        EXPECT(!passes((struct presto_tree){.sql = "SELECT 1", .tree = trees[i]}, &error));
        EXPECT(error.kind == ERROR_INVALID);
    }
}

static void too_many_nodes_are_refused(void) {
    SCOPED(buf_finish) struct buf buf = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(
        &buf, "{\"error\":false,\"statements\":[{\"node\":{\"type\":\"SELECT_NODE\",\"select_list\":[");
    for (size_t i = 0; i < PRESTO_NODES_MAX; i++)
        buf_append_text(&buf, i == 0 ? "{}" : ",{}");
    buf_append_text(&buf, "]}}]}");
    struct error error = {0};
    EXPECT(!passes((struct presto_tree){.sql = "SELECT 1", .tree = buf.data}, &error));
    EXPECT(error.kind == ERROR_LIMIT);
}

int main(void) {
    TEST(a_select_over_its_stores_passes);
    TEST(everything_else_is_refused);
    TEST(hostile_statements_do_not_get_as_far_as_the_gate);
    TEST(a_name_of_another_store_is_told_with_its_place);
    TEST(trees_of_other_forms_are_refused);
    TEST(too_many_nodes_are_refused);
    return tap_done();
}
