/* SPDX-License-Identifier: Apache-2.0 */
/* Queries by the real engine over files that it wrote: rows, their texts, faults with their places, limits,
 * ends. Skipped where its library is not there. */
#include "base/buf.h"
#include "support/real_engine.h"
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include <unistd.h>

#define FULL  "11111111-1111-4111-8111-111111111111"
#define EMPTY "22222222-2222-4222-8222-222222222222"
#define OTHER "33333333-3333-4333-8333-333333333333"

enum {
    EVENT_COUNT = 3000,
    TIMEOUT_MS = 60000,
};
static const int64_t start_ms = 1767225600000; /* 2026-01-01T00:00:00Z; an event a second */

static char root[] = "/tmp/cairn-query-XXXXXX";
static struct engine *engine;
static const char *const full_names[] = {"full.parquet"};

static void write_store(const char *name, unsigned count, const char *region) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf record = BUF_INIT(1 << 20);
    struct engine_file file;
    struct engine_writer *writer = engine_writer_begin(engine, name, true, &error);
    for (unsigned i = 0; writer != NULL && i < count; i++) {
        buf_clear(&record);
        buf_append_format(&record,
            "{\"eventTime\":\"2026-01-01T%02u:%02u:%02uZ\",\"eventName\":\"Event%u\",\"awsRegion\":\"%s\","
            "\"readOnly\":%s,\"requestParameters\":{\"n\":%u,\"of\":[1, "
            "2]},\"resources\":[{\"ARN\":\"arn:%u\"}]}",
            i / 3600, i / 60 % 60, i % 60, i % 10, region, i % 2 == 0 ? "true" : "false", i, i);
        ASSERT(engine_writer_add(writer, buf_bytes(&record), &error));
    }
    ASSERT(writer != NULL && engine_writer_finish(writer, &file, &error) && file.rows == count);
}

/* ---- asking ---- */

struct answer {
    struct buf text; /* "columns|...\nvalues|...\n" */
    struct error error;
    bool is_complete;
    struct engine_statistics statistics;
};

static const struct engine_table tables[] = {
    {.id = {FULL, sizeof FULL - 1},
        .names = full_names,
        .name_count = 1,
        .rows = EVENT_COUNT,
        .oldest = {INT64_MIN + 1}},
    {.id = {EMPTY, sizeof EMPTY - 1}, .oldest = {INT64_MIN + 1}},
};

static void take_rows(struct answer *answer, const struct engine_rows *rows) {
    bool is_first = answer->text.size == 0;
    for (size_t i = 0; is_first && i < rows->column_count; i++)
        buf_append_format(
            &answer->text, "%.*s%s", STR(rows->columns[i]), i + 1 == rows->column_count ? "\n" : "|");
    for (size_t i = 0; i < rows->row_count * rows->column_count; i++) {
        struct str value = rows->values[i].data == NULL ? STR_LITERAL("(null)") : rows->values[i];
        buf_append_format(
            &answer->text, "%.*s%s", STR(value), (i + 1) % rows->column_count == 0 ? "\n" : "|");
    }
}

static struct answer ask_with(const struct engine_query_options *options) {
    struct answer answer = {.text = BUF_INIT(1 << 24)};
    struct engine_rows rows;
    struct engine_query *query = engine_query_start(engine, options, &answer.error);
    while (query != NULL && engine_query_next(query, &rows, &answer.error)) {
        take_rows(&answer, &rows);
        if (rows.row_count == 0) {
            answer.is_complete = true;
            break;
        }
    }
    if (query != NULL)
        answer.statistics = engine_query_statistics(query);
    engine_query_destroy(query);
    return answer;
}

static struct answer ask(const char *statement) {
    return ask_with(&(struct engine_query_options){
        .statement = str_from(statement), .tables = tables, .table_count = 2, .timeout_ms = TIMEOUT_MS});
}

static bool answers(const char *statement, const char *expected) {
    struct answer answer = ask(statement);
    bool is_right = answer.is_complete && answer.text.data != NULL && strcmp(answer.text.data, expected) == 0;
    if (!is_right)
        printf("# %s\n# gave: %s %s\n", statement, answer.text.data == NULL ? "" : answer.text.data,
            answer.error.message);
    buf_finish(&answer.text);
    return is_right;
}

static bool fails(const char *statement, enum error_kind kind, const char *message) {
    struct answer answer = ask(statement);
    bool is_right =
        !answer.is_complete && answer.error.kind == kind && strstr(answer.error.message, message) != NULL;
    if (!is_right)
        printf("# %s\n# gave: kind %d %s\n", statement, (int)answer.error.kind, answer.error.message);
    buf_finish(&answer.text);
    return is_right;
}

/* ---- tests ---- */

static void values_come_as_texts(void) {
    EXPECT(answers("SELECT eventName, eventTime, readOnly, requestParameters, resources FROM " FULL
                   " WHERE eventTime = TIMESTAMP '2026-01-01 00:00:07'",
        "eventName|eventTime|readOnly|requestParameters|resources\n"
        "Event7|2026-01-01 00:00:07.000|false|{n=7, of=[1, 2]}|"
        "[{accountid=null, type=null, arn=arn:7, arnprefix=null}]\n"));
    EXPECT(answers("SELECT count(*), NULL, 1.50, 2e0, ARRAY[1, NULL], true, 'x' AS Y FROM " FULL,
        "_col0|_col1|_col2|_col3|_col4|_col5|Y\n3000|(null)|1.50|2.0|[1, null]|true|x\n"));
}

static void all_rows_come_in_their_order(void) {
    struct answer answer = ask("SELECT requestParameters['n'] AS n FROM " FULL " ORDER BY eventTime");
    struct str rest = buf_str(&answer.text);
    uint64_t number = 0, count = 0;
    EXPECT(str_is(str_cut(&rest, '\n'), "n"));
    for (; rest.size > 0 && str_to_u64(str_cut(&rest, '\n'), &number) && number == count; count++)
        continue;
    EXPECT_INT(count, EVENT_COUNT);
    EXPECT(answer.is_complete && answer.statistics.events_matched == EVENT_COUNT);
    EXPECT(answer.statistics.events_scanned == EVENT_COUNT && answer.statistics.bytes_scanned > 1000);
    EXPECT(answer.statistics.bytes_scanned < 1 << 20);
    buf_finish(&answer.text);
}

static void an_empty_store_has_the_columns_of_a_full_one(void) {
    EXPECT(answers("SELECT count(*) FROM " EMPTY, "_col0\n0\n"));
    struct answer empty = ask("SELECT * FROM " EMPTY),
                  full = ask("SELECT * FROM " FULL " WHERE eventName = 'none'");
    EXPECT(empty.is_complete && full.is_complete && empty.text.size > 0);
    EXPECT(str_equals(buf_str(&empty.text), buf_str(&full.text)));
    EXPECT(str_find(buf_str(&empty.text), STR_LITERAL("eventjsonchecksum")) != SIZE_MAX);
    buf_finish(&empty.text);
    buf_finish(&full.text);
    EXPECT(answers(
        "SELECT count(*) FROM (SELECT eventName, userIdentity, resources, requestParameters FROM " FULL
        " UNION ALL SELECT eventName, userIdentity, resources, requestParameters FROM " EMPTY ") t",
        "_col0\n3000\n"));
}

static void the_checksum_is_the_sha256_of_the_record(void) {
    EXPECT(answers("SELECT count(*) FROM " FULL
                   " WHERE eventJsonChecksum = to_base64(sha256(to_utf8(eventJson)))",
        "_col0\n3000\n"));
}

static void rows_past_retention_are_not_shown(void) {
    struct engine_table table = tables[0];
    table.oldest.ms = start_ms + 1000 * 1000;
    struct answer answer =
        ask_with(&(struct engine_query_options){.statement = STR_LITERAL("SELECT count(*) FROM " FULL),
            .tables = &table,
            .table_count = 1,
            .timeout_ms = TIMEOUT_MS});
    EXPECT(answer.is_complete && str_is(buf_str(&answer.text), "_col0\n2000\n"));
    buf_finish(&answer.text);
}

static void faults_tell_their_place(void) {
    EXPECT(
        fails("SELECT nothing FROM " FULL, ERROR_INVALID, "line 1:8: Column 'nothing' cannot be resolved"));
    EXPECT(fails(
        "SELECT 1 + nothing FROM " FULL, ERROR_INVALID, "line 1:12: Column 'nothing' cannot be resolved"));
    EXPECT(fails("SELECT eventName FROM " FULL "\nWHERE nothing = 1", ERROR_INVALID,
        "line 2:7: Column 'nothing' cannot be resolved"));
    EXPECT(fails("SELECT eventName,\n  nothing\nFROM " FULL, ERROR_INVALID, "line 2:3: "));
    EXPECT(fails(
        "SELECT a.nothing FROM " FULL " a", ERROR_INVALID, "line 1:8: Column 'nothing' cannot be resolved"));
    EXPECT(fails("SELECT eventName,\n  userIdentity.nothing FROM " FULL, ERROR_INVALID,
        "line 2:16: Column 'nothing' cannot be resolved"));
    EXPECT(fails("SELECT 1 AS nothing, userIdentity.sessionContext.nothing.arn FROM " FULL, ERROR_INVALID,
        "line 1:50: Column 'nothing' cannot be resolved"));
    EXPECT(fails("SELECT userIdentity.arn.nothing FROM " FULL, ERROR_INVALID,
        "line 1:25: Column 'nothing' cannot be resolved"));
    EXPECT(fails("SELECT eventName FROM " FULL " GROUP BY 5", ERROR_INVALID, "line 1:60: GROUP BY term"));
    EXPECT(fails("SELECT coalesce(errorCode, 0) FROM " FULL, ERROR_INVALID, "line 1:8: Cannot mix values"));
    EXPECT(fails("SELECT eventName FROM " FULL " UNION SELECT 1, 2 FROM " EMPTY, ERROR_INVALID,
        "line 1:60: Set operations"));
    EXPECT(fails("SELECT eventName FROM " FULL " WHERE WHERE", ERROR_INVALID, "line 1:"));
    EXPECT(fails("SELECT eventName FROM " FULL " GROUP eventName", ERROR_INVALID,
        "line 1:66: syntax error at or near \"eventName\""));
    EXPECT(fails("SELECT CAST(eventName AS bigint) FROM " FULL, ERROR_INVALID, "not a whole number: "));
    EXPECT(!fails("SELECT CAST(eventName AS bigint) FROM " FULL, ERROR_INVALID, "INT128"));
    EXPECT(fails("SELECT CAST(eventName AS integer) FROM " FULL, ERROR_INVALID, "Event"));
    EXPECT(fails("SELECT 1", ERROR_INVALID, ""));
    EXPECT(fails("DELETE FROM " FULL, ERROR_INVALID, "line 1:1"));
}

static void append_times(struct buf *buf, const char *text, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        buf_append_text(buf, text);
}

static void long_statements_run_and_deep_ones_are_told(void) {
    SCOPED(buf_finish) struct buf wide = BUF_INIT(1 << 20), deep = BUF_INIT(1 << 20);
    buf_append_text(&wide, "SELECT length(eventName");
    append_times(&wide, " || ',' || eventName", 60);
    buf_append_text(&wide, ") AS n FROM " FULL " LIMIT 1");
    EXPECT(answers(wide.data, "n\n426\n"));
    buf_append_text(&deep, "SELECT count(*) FROM " FULL " WHERE ");
    append_times(&deep, "NOT ", 2400);
    buf_append_text(&deep, "true");
    EXPECT(fails(deep.data, ERROR_INVALID, "nested too deep"));
}

static void a_store_that_was_not_named_is_not_there(void) {
    EXPECT(fails("SELECT * FROM " OTHER, ERROR_INVALID, OTHER));
    EXPECT(fails("SELECT * FROM read_parquet('other.parquet')", ERROR_INVALID, ""));
}

/* A fault in a late row is no end of a complete answer. */
static void a_late_fault_is_a_fault(void) {
    EXPECT(fails("SELECT CAST(CASE WHEN requestParameters['n'] = '2999' THEN 'late' ELSE '1' END AS integer) "
                 "FROM " FULL,
        ERROR_INVALID, "late"));
}

static void a_check_finds_faults_and_runs_nothing(void) {
    struct engine_query_options options = {
        .tables = tables, .table_count = 2, .timeout_ms = TIMEOUT_MS, .check_only = true};
    options.statement = STR_LITERAL("SELECT nothing FROM " FULL);
    struct answer bad = ask_with(&options);
    EXPECT(!bad.is_complete && bad.error.kind == ERROR_INVALID);
    options.statement = STR_LITERAL("SELECT * FROM " FULL);
    struct answer good = ask_with(&options);
    EXPECT(good.is_complete && good.text.size == 0 && good.statistics.events_matched == 0);
    buf_finish(&bad.text);
    buf_finish(&good.text);
}

/* 27 billion rows: no machine comes to their end. */
#define ENDLESS                                                                                              \
    "SELECT count(*) FROM " FULL " a CROSS JOIN " FULL " b CROSS JOIN " FULL                                 \
    " c WHERE a.eventName || b.eventName || c.eventName = ''"

static void a_query_ends_at_its_timeout(void) {
    struct answer answer = ask_with(&(struct engine_query_options){
        .statement = STR_LITERAL(ENDLESS), .tables = tables, .table_count = 2, .timeout_ms = 700});
    EXPECT(!answer.is_complete && answer.error.kind == ERROR_LIMIT &&
           strstr(answer.error.message, "timed out") != NULL);
    EXPECT(answer.statistics.elapsed_ms >= 700);
    buf_finish(&answer.text);
}

static void cancel_soon(void *query) {
    clock_sleep_ms(300);
    engine_query_cancel(query);
}

static void a_query_ends_when_it_is_cancelled(void) {
    struct error error = {0};
    struct engine_rows rows;
    struct engine_query *query = engine_query_start(engine,
        &(struct engine_query_options){.statement = STR_LITERAL(ENDLESS), .tables = tables, .table_count = 2},
        &error);
    ASSERT(query != NULL);
    struct thread *canceller = thread_start("canceller", cancel_soon, query);
    EXPECT(!engine_query_next(query, &rows, &error) && error.kind == ERROR_CONFLICT);
    EXPECT(!engine_query_next(query, &rows, &error)); /* over is over */
    thread_join(canceller);
    engine_query_destroy(query);
}

static void a_query_that_wants_too_much_memory_fails_alone(void) {
    EXPECT(fails("SELECT array_agg(a.eventJson || b.eventJson || a.eventJson) FROM " FULL
                 " a CROSS JOIN " FULL " b",
        ERROR_LIMIT, "memory"));
    EXPECT(answers("SELECT count(*) FROM " FULL, "_col0\n3000\n"));
}

static void a_file_that_is_gone_or_broken_is_told(void) {
    const char *const names[] = {"gone.parquet"};
    struct engine_table table = {
        .id = STR_LITERAL(FULL), .names = names, .name_count = 1, .oldest = MOMENT_MIN};
    struct engine_query_options options = {.statement = STR_LITERAL("SELECT * FROM " FULL),
        .tables = &table,
        .table_count = 1,
        .timeout_ms = TIMEOUT_MS};
    struct answer answer = ask_with(&options);
    EXPECT(!answer.is_complete && answer.error.kind == ERROR_NOT_FOUND &&
           strstr(answer.error.message, "gone.parquet") != NULL);
    char path[64];
    (void)snprintf(path, sizeof path, "%s/gone.parquet", root);
    FILE *file = fopen(path, "w");
    ASSERT(file != NULL && fputs("PAR1 this is none PAR1", file) >= 0 && fclose(file) == 0);
    struct answer broken = ask_with(&options);
    EXPECT(!broken.is_complete && broken.error.kind == ERROR_IO);
    (void)unlink(path);
    buf_finish(&answer.text);
    buf_finish(&broken.text);
}

/* Prints how long a worker takes from start to end, for whoever wants to know. */
static void a_small_query_is_timed(void) {
    struct engine_query_options options = {
        .statement = STR_LITERAL("SELECT eventName, count(*) FROM " FULL " GROUP BY 1"),
        .tables = tables,
        .table_count = 1,
        .timeout_ms = TIMEOUT_MS};
    int64_t best_ms = INT64_MAX;
    for (int i = 0; i < 5; i++) {
        struct answer answer = ask_with(&options);
        EXPECT(answer.is_complete && answer.statistics.events_matched == 10);
        if (answer.statistics.elapsed_ms < best_ms)
            best_ms = answer.statistics.elapsed_ms;
        buf_finish(&answer.text);
    }
    printf("# a query over %d events: %lld ms\n", EVENT_COUNT, (long long)best_ms);
}

static void remove_file(const char *name) {
    char path[64];
    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    (void)unlink(path);
}

int main(int argc, char **argv) {
    REAL_ENGINE_WORKER(argc, argv);
    ASSERT(mkdtemp(root) != NULL);
    engine = real_engine_create(root);
    if (engine != NULL) {
        write_store("full.parquet", EVENT_COUNT, "us-east-1");
        write_store("other.parquet", 10, "eu-west-1");
        TEST(values_come_as_texts);
        TEST(all_rows_come_in_their_order);
        TEST(an_empty_store_has_the_columns_of_a_full_one);
        TEST(the_checksum_is_the_sha256_of_the_record);
        TEST(rows_past_retention_are_not_shown);
        TEST(faults_tell_their_place);
        TEST(long_statements_run_and_deep_ones_are_told);
        TEST(a_store_that_was_not_named_is_not_there);
        TEST(a_late_fault_is_a_fault);
        TEST(a_check_finds_faults_and_runs_nothing);
        TEST(a_query_ends_at_its_timeout);
        TEST(a_query_ends_when_it_is_cancelled);
        TEST(a_query_that_wants_too_much_memory_fails_alone);
        TEST(a_file_that_is_gone_or_broken_is_told);
        TEST(a_small_query_is_timed);
        engine_destroy(engine);
        remove_file("full.parquet");
        remove_file("other.parquet");
    }
    (void)rmdir(root);
    return engine == NULL ? 0 : tap_done();
}
