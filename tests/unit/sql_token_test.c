/* SPDX-License-Identifier: Apache-2.0 */
/* Statements as tokens, ranges of them, and the types that ranges name. */
#include "base/own.h"
#include "sql/type.h"
#include "support/tap.h"

static struct sql_tokens read_tokens(struct arena *arena, const char *text) {
    struct sql_tokens tokens = {0};
    struct error error = {0};
    EXPECT(sql_tokens_read(arena, str_from(text), &tokens, &error));
    return tokens;
}

static void blanks_and_comments_are_gone_and_brackets_know_their_partners(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct sql_tokens tokens = read_tokens(&arena, "f ( /* a */ [1.5e3], -- b\n 'it''s' )");
    static const enum sql_token_kind kinds[] = {
        SQL_WORD, SQL_SYMBOL, SQL_SYMBOL, SQL_NUMBER, SQL_SYMBOL, SQL_SYMBOL, SQL_TEXT, SQL_SYMBOL};
    EXPECT_INT(tokens.count, sizeof kinds / sizeof kinds[0]);
    for (size_t i = 0; i < tokens.count; i++)
        EXPECT_INT(tokens.list[i].kind, kinds[i]);
    EXPECT_INT(tokens.list[1].partner, 7);
    EXPECT_INT(tokens.list[4].partner, 2);
    EXPECT(str_is(sql_unquoted(&tokens, 6), "it's"));
}

static void a_fault_is_told_with_line_and_column_in_characters(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct sql_tokens tokens;
    struct error error = {0};
    EXPECT(!sql_tokens_read(&arena, STR_LITERAL("'ä'\n'ä' ("), &tokens, &error));
    EXPECT_INT(error.kind, ERROR_INVALID);
    EXPECT(strcmp(error.message, "line 2:5: this bracket does not end") == 0);
}

static void parts_are_split_outside_brackets_only(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct sql_tokens tokens = read_tokens(&arena, "(a, f(b, c), [d, e])");
    struct sql_range *parts = NULL;
    EXPECT_INT(sql_split(&tokens, sql_inside(&tokens, 0), ",", &parts), 3);
    EXPECT(sql_is_single(&tokens, parts[0], SQL_WORD));
    EXPECT(sql_is(&tokens, parts[1].begin, "F") && sql_is(&tokens, parts[1].end - 1, ")"));
    EXPECT_INT(sql_split(&tokens, (struct sql_range){1, 1}, ",", &parts), 0);
}

static void an_operand_is_taken_with_what_hangs_on_it(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct sql_tokens tokens = read_tokens(&arena, "f(a)[1].b FILTER (WHERE c) + AND (d).e");
    size_t plus = sql_find(&tokens, (struct sql_range){0, tokens.count}, "+");
    EXPECT_INT(sql_primary_end(&tokens, (struct sql_range){0, tokens.count}), plus);
    /* A keyword before a bracket calls nothing. */
    EXPECT_INT(sql_primary_begin(&tokens, (struct sql_range){0, tokens.count}), plus + 2);
}

static void types_have_the_engines_names(void) {
    static const struct {
        const char *presto, *engine;
        enum sql_kind kind;
    } rows[] = {{"BIGINT", "BIGINT", KIND_NUMBER}, {"decimal(10, 2)", "DECIMAL(10, 2)", KIND_ANY},
        {"timestamp(3) with time zone", "TIMESTAMPTZ", KIND_ZONED},
        {"map(varchar, array(double))", "MAP(VARCHAR, DOUBLE[])", KIND_MAP},
        {"array(row(a integer, date))", "STRUCT(\"a\" INTEGER, \"field1\" DATE)[]", KIND_ROWS}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct sql_tokens tokens = read_tokens(&arena, rows[i].presto);
        struct sql_type type;
        struct error error = {0};
        EXPECT(sql_type_read(&tokens, (struct sql_range){0, tokens.count}, &type, &error));
        EXPECT(str_is(type.name, rows[i].engine));
        EXPECT_INT(type.kind, rows[i].kind);
    }
}

static void what_is_no_type_is_refused_with_its_place(void) {
    static const char *const rows[][2] = {{"", "line 1:1: a type is expected here"},
        {"ipaddress", "line 1:1: type ipaddress is not covered"},
        {"number", "line 1:1: unknown type: number"},
        {"map(varchar)", "line 1:1: this type has other parameters"},
        {"array( decimal(39))", "line 1:8: this is not a valid decimal type"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct sql_tokens tokens = read_tokens(&arena, rows[i][0]);
        struct sql_type type;
        struct error error = {0};
        EXPECT(!sql_type_read(&tokens, (struct sql_range){0, tokens.count}, &type, &error));
        EXPECT(strcmp(error.message, rows[i][1]) == 0);
    }
}

int main(void) {
    TEST(blanks_and_comments_are_gone_and_brackets_know_their_partners);
    TEST(a_fault_is_told_with_line_and_column_in_characters);
    TEST(parts_are_split_outside_brackets_only);
    TEST(an_operand_is_taken_with_what_hangs_on_it);
    TEST(types_have_the_engines_names);
    TEST(what_is_no_type_is_refused_with_its_place);
    return tap_done();
}
