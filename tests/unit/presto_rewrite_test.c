/* SPDX-License-Identifier: Apache-2.0 */
/* What the rewriter writes. That it means what Presto means: tests/lake/values.txt. */
#include "base/own.h"
#include "presto/presto.h"
#include "support/tap.h"

#define STORE  "00000000-0000-4000-8000-000000000001"
#define QUOTED "\"" STORE "\""
#define FROM   " FROM " QUOTED

/* Blanks outside of quotes say nothing: one between words, none elsewhere. */
static bool same_text(struct str a, const char *expected) {
    size_t i = 0, k = 0, size = strlen(expected);
    while (i < a.size || k < size) {
        while (i < a.size && a.data[i] == ' ')
            i++;
        while (k < size && expected[k] == ' ')
            k++;
        if (i == a.size || k == size)
            break;
        if (a.data[i++] != expected[k++])
            return false;
    }
    return i == a.size && k == size;
}

static void expect_sql(const char *text, const char *sql) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct presto_statement statement;
    struct error error = {0};
    bool is_done = presto_rewrite(&arena, str_from(text), &statement, &error);
    if (!is_done || !same_text(statement.sql, sql))
        printf("# %s\n#  gave %.*s%s\n", text, is_done ? (int)statement.sql.size : 0,
            is_done ? statement.sql.data : "", error.message);
    EXPECT(is_done && same_text(statement.sql, sql));
}

static void expect_refusal(const char *text, const char *message) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct presto_statement statement;
    struct error error = {0};
    bool is_done = presto_rewrite(&arena, str_from(text), &statement, &error);
    if (is_done || strcmp(error.message, message) != 0)
        printf("# %s\n#  gave %s\n", text, is_done ? "an answer" : error.message);
    EXPECT(!is_done && strcmp(error.message, message) == 0);
}

static void stores_are_quoted_in_lower_case(void) {
    expect_sql("SELECT * FROM " STORE, "SELECT *" FROM);
    expect_sql("SELECT * FROM \"" STORE "\";", "SELECT *" FROM);
    expect_sql("SELECT * FROM 0000000A-0000-4000-8000-00000000000B",
        "SELECT * FROM \"0000000a-0000-4000-8000-00000000000b\"");
}

static void columns_get_the_names_that_aws_gives_them(void) {
    expect_sql("SELECT eventName, t.userIdentity.arn, count(*), count(*) AS n, 1 x FROM " STORE " t",
        "SELECT \"eventName\" AS \"eventName\", \"t\".\"userIdentity\".\"arn\" AS \"arn\", count(*) AS "
        "\"_col2\","
        " count(*) AS \"n\", 1 AS \"x\"" FROM " \"t\"");
    expect_sql("WITH a AS (SELECT 1, eventID FROM " STORE ") SELECT 1 FROM a UNION SELECT 2 FROM a",
        "WITH \"a\" AS (SELECT 1, \"eventID\" AS \"eventID\"" FROM
        ") SELECT 1 AS \"_col0\" FROM \"a\" UNION SELECT 2 FROM \"a\"");
    expect_sql("(SELECT 1 FROM " STORE ")", "(SELECT 1 AS \"_col0\"" FROM ")");
    expect_sql(
        "SELECT INTERVAL '1' DAY FROM " STORE, "SELECT to_microseconds(86400000000) AS \"_col0\"" FROM);
}

static void words_that_only_the_engine_knows_are_names(void) {
    expect_sql("SELECT pivot, qualify, \"select\" FROM " STORE " AS asof",
        "SELECT \"pivot\" AS \"pivot\", \"qualify\" AS \"qualify\", \"select\" AS \"select\"" FROM
        " AS \"asof\"");
    expect_sql("SELECT date, year, filter, first FROM " STORE,
        "SELECT \"date\" AS \"date\", \"year\" AS \"year\", \"filter\" AS \"filter\", \"first\" AS "
        "\"first\"" FROM);
}

static void comments_go(void) {
    expect_sql("SELECT /* a; 'b' */ 1 -- c\n, 2 FROM " STORE, "SELECT 1 AS \"_col0\", 2 AS \"_col1\"" FROM);
}

static void times_are_compared_with_texts(void) {
    expect_sql("SELECT 1 FROM " STORE " WHERE eventTime > '2026-01-01'",
        "SELECT 1 AS \"_col0\"" FROM " WHERE \"eventTime\" > '2026-01-01'");
    expect_sql("SELECT 1 FROM " STORE " WHERE eventTime >= date_format(now(), '%Y')",
        "SELECT 1 AS \"_col0\"" FROM " WHERE \"eventTime\" >= CAST(strftime(now(), '%Y') AS TIMESTAMP)");
    expect_sql("SELECT 1 FROM " STORE " WHERE eventName >= date_format(now(), '%Y')",
        "SELECT 1 AS \"_col0\"" FROM " WHERE \"eventName\" >= strftime(now(), '%Y')");
}

static void types_and_casts_are_the_engines(void) {
    expect_sql("SELECT CAST(a AS ARRAY(MAP(VARCHAR, ROW(x BIGINT, y DOUBLE)))) FROM " STORE,
        "SELECT CAST(\"a\" AS MAP(VARCHAR, STRUCT(\"x\" BIGINT, \"y\" DOUBLE))[]) AS \"_col0\"" FROM);
    expect_sql("SELECT TRY_CAST(a AS timestamp(3) with time zone) FROM " STORE,
        "SELECT TRY_CAST(\"a\" AS TIMESTAMPTZ) AS \"_col0\"" FROM);
    expect_sql("SELECT CAST(eventName AS varchar) FROM " STORE,
        "SELECT CAST(\"eventName\" AS VARCHAR) AS \"_col0\"" FROM);
    expect_sql("SELECT CAST(a AS varchar(3)) FROM " STORE,
        "SELECT left(presto_varchar(\"a\"), 3) AS \"_col0\"" FROM);
}

static void lambdas_bind_their_names_only(void) {
    expect_sql("SELECT transform(a, x -> x + y.x) FROM " STORE,
        "SELECT list_transform(\"a\", lambda presto_0: presto_0 + \"y\".\"x\") AS \"_col0\"" FROM);
    expect_sql("SELECT map_filter(m, (k, v) -> v = transform(k, k -> k)) FROM " STORE,
        "SELECT map_from_entries(list_filter(map_entries(\"m\"), lambda presto_0: presto_0.value ="
        " list_transform(presto_0.key, lambda presto_1: presto_1))) AS \"_col0\"" FROM);
}

static void values_need_no_brackets(void) {
    expect_sql("SELECT x FROM (VALUES 1, (2), ROW(3)) AS t (x), " STORE,
        "SELECT \"x\" AS \"x\" FROM (VALUES (1), (2), (3)) AS \"t\" (\"x\"), " QUOTED);
}

static void unnest_takes_arrays_of_rows_and_maps_apart(void) {
    expect_sql("SELECT 1 FROM " STORE " CROSS JOIN UNNEST(a) AS t (x)",
        "SELECT 1 AS \"_col0\"" FROM " CROSS JOIN LATERAL (SELECT unnest(\"a\")) AS \"t\" (\"x\")");
    expect_sql("SELECT 1 FROM " STORE " CROSS JOIN UNNEST(requestParameters) AS t (k, v)",
        "SELECT 1 AS \"_col0\"" FROM " CROSS JOIN LATERAL (SELECT unnest(map_entries(\"requestParameters\"), "
        "max_depth := 2)) AS \"t\" (\"k\", \"v\")");
    expect_sql("SELECT 1 FROM " STORE " CROSS JOIN UNNEST(resources)",
        "SELECT 1 AS \"_col0\"" FROM " CROSS JOIN LATERAL (SELECT unnest(\"resources\", max_depth := 2))");
}

static void sums_of_dates_are_dates(void) {
    expect_sql("SELECT current_date - INTERVAL '7' DAY FROM " STORE,
        "SELECT CAST((current_date - to_microseconds(604800000000)) AS DATE) AS \"_col0\"" FROM);
    expect_sql("SELECT DATE '2026-01-02' - DATE '2026-01-01' FROM " STORE,
        "SELECT to_days(CAST((DATE '2026-01-02' - DATE '2026-01-01') AS INTEGER)) AS \"_col0\"" FROM);
    expect_sql("SELECT eventTime - INTERVAL '1' HOUR FROM " STORE,
        "SELECT \"eventTime\" - to_microseconds(3600000000) AS \"_col0\"" FROM);
}

static void what_is_not_covered_is_told_with_its_place(void) {
    expect_refusal("", "line 1:1: only SELECT statements are allowed");
    expect_refusal("DROP TABLE x", "line 1:1: only SELECT statements are allowed");
    expect_refusal("SELECT 1",
        "line 1:1: the statement names no event data store: a table is the id of one, the end of its ARN");
    expect_refusal("SELECT a FROM\n foo b",
        "line 2:2: the statement names no event data store: a table is the id of one, the end of its ARN");
    expect_refusal("SELECT 1 FROM",
        "line 1:1: the statement names no event data store: a table is the id of one, the end of its ARN");
    expect_refusal("SELECT 1 FROM " STORE "; SELECT 2", "line 1:51: one statement only");
    expect_refusal("SELECT\n  nosuch(1) FROM " STORE, "line 2:3: function 'nosuch' is not registered");
    expect_refusal("SELECT '\xc3\xa4', checksum(a) FROM " STORE,
        "line 1:13: function 'checksum' is not covered: it has no counterpart");
    expect_refusal(
        "SELECT lower(a, b) FROM " STORE, "line 1:8: unexpected parameters for function lower: 2 arguments");
    expect_refusal(
        "SELECT a FROM " STORE " TABLESAMPLE BERNOULLI (1)", "line 1:52: TABLESAMPLE is not covered");
    expect_refusal("SELECT a AT TIME ZONE 'UTC' FROM " STORE,
        "line 1:10: AT TIME ZONE is not covered: all times are UTC");
    expect_refusal("SELECT main.lower(a) FROM " STORE, "line 1:13: functions have no qualified names");
    expect_refusal("SELECT a[1 FROM " STORE, "line 1:9: this bracket does not end");
    expect_refusal("SELECT a) FROM " STORE, "line 1:9: this bracket closes nothing");
    expect_refusal("SELECT 'a FROM " STORE, "line 1:8: this quote does not end");
    expect_refusal("SELECT 1 /* FROM " STORE, "line 1:10: this comment does not end");
    expect_refusal("SELECT a::int FROM " STORE, "line 1:9: this character is not expected here");
    expect_refusal(
        "SELECT `a` FROM " STORE, "line 1:8: backquoted identifiers are not supported; use double quotes");
    expect_refusal("SELECT 1a FROM " STORE,
        "line 1:8: identifiers must not start with a digit; surround it with double quotes");
    expect_refusal(
        "SELECT date_format(a, b) FROM " STORE, "line 1:23: the format must be a literal text here");
    expect_refusal("SELECT CAST(a AS nosuch) FROM " STORE, "line 1:18: unknown type: nosuch");
    expect_refusal("SELECT json_extract(a, '$..x') FROM " STORE,
        "line 1:24: invalid JSON path: wildcards and filters are not covered");
    expect_refusal("SELECT x -> x FROM " STORE, "line 1:10: a lambda is not expected here");
}

static void limits_hold(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf buf = BUF_INIT(BUF_UNBOUNDED);
    struct presto_statement statement;
    struct error error = {0};
    buf_append_text(&buf, "SELECT ");
    for (int i = 0; i <= SQL_DEPTH_MAX; i++)
        buf_append_char(&buf, '(');
    EXPECT(!presto_rewrite(&arena, buf_str(&buf), &statement, &error) && error.kind == ERROR_LIMIT);
    /* Each greatest() has its arguments twice: 2^60 of the innermost. */
    buf_clear(&buf);
    buf_append_text(&buf, "SELECT ");
    for (int i = 0; i < 60; i++)
        buf_append_text(&buf, "greatest(");
    buf_append_text(&buf, "1");
    for (int i = 0; i < 60; i++)
        buf_append_char(&buf, ')');
    buf_append_text(&buf, " FROM " STORE);
    error = (struct error){0};
    EXPECT(!presto_rewrite(&arena, buf_str(&buf), &statement, &error) && error.kind == ERROR_LIMIT);
    buf_clear(&buf);
    while (buf.size < SQL_STATEMENT_SIZE_MAX - 100) /* deep without a bracket */
        buf_append_text(&buf, "SELECT ");
    buf_append_text(&buf, "1 FROM " STORE);
    error = (struct error){0};
    EXPECT(!presto_rewrite(&arena, buf_str(&buf), &statement, &error) &&
           strstr(error.message, "nested too deep") != NULL);
    buf_clear(&buf);
    while (buf.size <= SQL_STATEMENT_SIZE_MAX)
        buf_append_text(&buf, "SELECT ");
    error = (struct error){0};
    EXPECT(!presto_rewrite(&arena, buf_str(&buf), &statement, &error) && error.kind == ERROR_LIMIT);
    EXPECT(strncmp(error.message, "line 1:1: ", 10) == 0);
}

static void too_many_stores_are_refused(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf buf = BUF_INIT(BUF_UNBOUNDED);
    struct presto_statement statement;
    struct error error = {0};
    buf_append_text(&buf, "SELECT 1 FROM ");
    for (int i = 0; i <= PRESTO_TABLES_MAX; i++)
        buf_append_format(&buf, "%s00000000-0000-4000-8000-0000000000%02x", i == 0 ? "" : ", ", (unsigned)i);
    EXPECT(!presto_rewrite(&arena, buf_str(&buf), &statement, &error) && error.kind == ERROR_LIMIT);
}

static void places_lead_back_to_the_users_text(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct presto_statement statement;
    struct error error = {0};
    EXPECT(presto_rewrite(&arena,
        STR_LITERAL("SELECT '\xc3\xa4\xc3\xb6', nosuch,\n  upper(other) FROM " STORE), &statement, &error));
    struct sql_place place = presto_place(&statement, str_find(statement.sql, STR_LITERAL("\"nosuch\"")));
    EXPECT(place.line == 1 && place.column == 14);
    place = presto_place(&statement, str_find(statement.sql, STR_LITERAL("upper(")));
    EXPECT(place.line == 2 && place.column == 3);
    place = presto_place(&statement, str_find(statement.sql, STR_LITERAL("\"other\"")));
    EXPECT(place.line == 2 && place.column == 9);
    place = presto_place(&statement, statement.sql.size + 100);
    EXPECT(place.line == 2);
}

static void macros_come_with_those_that_they_call(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct presto_statement statement;
    struct error error = {0};
    EXPECT(presto_rewrite(&arena, STR_LITERAL("SELECT eventName FROM " STORE), &statement, &error));
    EXPECT(statement.macros.size == 0);
    EXPECT(presto_rewrite(&arena, STR_LITERAL("SELECT CAST(a AS varchar) FROM " STORE), &statement, &error));
    EXPECT(str_find(statement.macros, STR_LITERAL("MACRO presto_varchar ")) != SIZE_MAX);
    EXPECT(str_find(statement.macros, STR_LITERAL("MACRO presto_double_text ")) <
           str_find(statement.macros, STR_LITERAL("MACRO presto_varchar ")));
    EXPECT(str_find(statement.macros, STR_LITERAL("presto_slice")) == SIZE_MAX);
}

static void the_stores_of_a_refused_statement_are_told(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    const struct str *tables = NULL;
    EXPECT_INT(presto_tables(&arena,
                   STR_LITERAL("SELECT nosuch(1) FROM " STORE ", \"" STORE
                               "\", 0000000A-0000-4000-8000-00000000000B"),
                   &tables),
        2);
    EXPECT(str_is(tables[0], STORE) && str_is(tables[1], "0000000a-0000-4000-8000-00000000000b"));
    EXPECT_INT(presto_tables(&arena, STR_LITERAL("SELECT '"), &tables), 0);
}

static void every_function_is_covered_or_says_why_not(void) {
    const struct presto_function_note *notes = NULL;
    size_t count = presto_functions(&notes);
    EXPECT(count > 200);
    for (size_t i = 0; i < count; i++)
        EXPECT(notes[i].refusal == NULL || notes[i].refusal[0] != '\0');
}

int main(void) {
    TEST(stores_are_quoted_in_lower_case);
    TEST(columns_get_the_names_that_aws_gives_them);
    TEST(words_that_only_the_engine_knows_are_names);
    TEST(comments_go);
    TEST(times_are_compared_with_texts);
    TEST(types_and_casts_are_the_engines);
    TEST(lambdas_bind_their_names_only);
    TEST(values_need_no_brackets);
    TEST(unnest_takes_arrays_of_rows_and_maps_apart);
    TEST(sums_of_dates_are_dates);
    TEST(what_is_not_covered_is_told_with_its_place);
    TEST(limits_hold);
    TEST(too_many_stores_are_refused);
    TEST(places_lead_back_to_the_users_text);
    TEST(macros_come_with_those_that_they_call);
    TEST(the_stores_of_a_refused_statement_are_told);
    TEST(every_function_is_covered_or_says_why_not);
    return tap_done();
}
